"""The backtest of a version that is being trained: its twin without the last days, and what was bought in them."""

from dataclasses import dataclass
from pathlib import Path

import click
import msgspec
import numpy as np
import torch
from scipy import sparse

from api.learning.learning_data import LearningData
from api.progress import stage
from embeddings.artifacts import open_snapshot
from embeddings.artifacts.backtest import Backtest, read_backtest
from embeddings.artifacts.comparison import LEAST_CUSTOMERS, unseen
from embeddings.artifacts.holdout import Holdout
from embeddings.checkpoint import Checkpoint
from embeddings.errors import NothingToEvaluate
from embeddings.evaluation.split import TEST_DAYS, HeldOut, Task, time_split
from embeddings.gnn.config import GnnConfig
from embeddings.gnn.device import PROCESSOR
from embeddings.training import train
from embeddings.vectors.embedding_set import EmbeddingSet
from graph import DAY, Instant, InvalidValue, Product

__all__ = ["Parent", "backtested", "validation"]

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

    The twin is that of the epoch which finds the most of what is held out (see `validation`), and says which it was.
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
    held_out = validation(holdout)
    with stage("training without the last days, for the gate") as advance:
        twin = train(
            split.train,
            [msgspec.structs.replace(product, price=None, currency="") for product in known.products],
            [campaign for campaign in known.campaigns if campaign.starts is None or campaign.starts <= cut],
            config=config,
            as_of=cut,
            rng=np.random.default_rng(config.seed),
            validation=held_out,
            start=parent.unseen(holdout) if parent else None,
            checkpoint=checkpoint,
            device=device,
            progress=lambda what, done, total: advance(done, total, what),
        )
    if held_out is not None and config.epochs:
        click.echo(_best_round(twin, held_out.task), err=True)
    return Backtest(twin, holdout)


def validation(holdout: Holdout) -> HeldOut | None:
    """By what of a holdout epochs are compared; None where too few customers bought something to tell.

    What they bought for the first time, history masked: that is what vectors are asked for, while what is bought again
    is found by the ranking. Where few did so, all they bought.
    """
    for task in (Task.NEW, Task.ALL):
        relevant = holdout.relevant(task)
        rows = np.flatnonzero(np.diff(relevant.indptr))
        if len(rows) >= LEAST_CUSTOMERS:
            customers = [holdout.customers[row] for row in rows.tolist()]
            return HeldOut(task, customers, holdout.products, sparse.csr_array(relevant[rows]))
    return None


def _best_round(twin: EmbeddingSet, task: Task) -> str:
    curve = {epoch.epoch: epoch.validation_ndcg for epoch in twin.manifest.curve}
    best = twin.manifest.parameters["best_epoch"]
    return (
        f"rounds of training: {best}, the best of {max(curve)} by NDCG@20 for {task.value} purchases held out: "
        f"{curve[best]:.4f}, {curve[0]:.4f} at the start"
    )
