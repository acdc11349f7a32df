"""The backtest of a version that is being trained: its twin without the last days, and what was bought in them."""

from dataclasses import dataclass
from pathlib import Path

import click
import msgspec
import numpy as np
import torch

from api.learning.learning_data import LearningData
from api.progress import stage
from embeddings.artifacts import open_snapshot
from embeddings.artifacts.backtest import Backtest, read_backtest
from embeddings.artifacts.comparison import unseen
from embeddings.artifacts.holdout import Holdout
from embeddings.checkpoint import Checkpoint
from embeddings.errors import NothingToEvaluate
from embeddings.evaluation.split import TEST_DAYS, time_split
from embeddings.gnn.config import GnnConfig
from embeddings.gnn.device import PROCESSOR
from embeddings.training import train
from embeddings.vectors.embedding_set import EmbeddingSet
from graph import DAY, Instant, InvalidValue, Product

__all__ = ["Parent", "backtested"]

MOST_OF_HISTORY = 0.2
"""Where the history is short, no more of it than this is held out."""


@dataclass(frozen=True)
class Parent:
    """The version that a training starts from."""

    set: EmbeddingSet
    backtest: Backtest | None

    @classmethod
    def read(cls, folder: Path) -> "Parent":
        return cls(open_snapshot(folder).set, read_backtest(folder))

    def unseen(self, holdout: Holdout) -> EmbeddingSet:
        """What of it a twin may start from; InvalidValue where all of it has seen what is held out."""
        found = unseen(self.set, self.backtest, holdout)
        if found is None:
            raise InvalidValue("from", self.set.version, "a version that `patron train` made, with a backtest")
        return found


def backtested(
    known: LearningData,
    config: GnnConfig,
    parent: Parent | None = None,
    checkpoint: Checkpoint | None = None,
    *,
    device: torch.device = PROCESSOR,
) -> Backtest | None:
    """Trained with `config` up to a cut, and held out what came after it; None, and said, where that is nothing.

    Products are described as they are now, without their prices: when a description was last touched says nothing of
    when it began. Campaigns are those that had begun. A twin starts from its parent's twin, as a version from its
    parent.
    """
    begins, ends = int(known.edges.at.min()), int(known.as_of)
    cut = Instant(ends - min(TEST_DAYS * DAY, int((ends - begins) * MOST_OF_HISTORY)))
    split = time_split(known.edges, cut)
    described: dict[str, Product] = {product.id: product for product in known.products}
    named = [described.get(target) for target in split.train.targets]
    try:
        holdout = Holdout.of(
            split,
            [product.department if product else "" for product in named],
            [product.category if product else "" for product in named],
        )
    except NothingToEvaluate as error:
        click.echo(f"nothing is held out, so that the gate cannot tell how good this version is: {error}", err=True)
        return None
    with stage("training without the last days, for the gate") as advance:
        twin = train(
            split.train,
            [msgspec.structs.replace(product, price=None, currency="") for product in known.products],
            [campaign for campaign in known.campaigns if campaign.starts is None or campaign.starts <= cut],
            config=config,
            as_of=cut,
            rng=np.random.default_rng(config.seed),
            start=parent.unseen(holdout) if parent else None,
            checkpoint=checkpoint,
            device=device,
            progress=lambda what, done, total: advance(done, total, what),
        )
    return Backtest(twin, holdout)
