"""Training of a version: its twin, itself, its ranking, and the folder they are written to."""

from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import torch

from api.clock import now
from api.learning.backtesting import Parent, backtested
from api.learning.learning_data import LearningData
from api.learning.learnt_ranking import learnt_intent, learnt_predictions, learnt_ranking
from api.learning.unfinished import TrainingRun, training_run
from api.progress import stage
from api.settings import Settings
from embeddings.artifacts.backtest import Backtest
from embeddings.gnn.config import GnnConfig
from embeddings.gnn.device import PROCESSOR, device_named
from embeddings.gnn.processes import Processes
from embeddings.registry import Registry
from embeddings.snapshot.builder import build_snapshot
from embeddings.training import train
from embeddings.vectors.embedding_set import EmbeddingSet
from graph import InvalidValue
from graph.data_folder import DataFolder

__all__ = ["DEFAULTS", "train_into", "write_version"]

DEFAULTS = GnnConfig()


def train_into(
    settings: Settings,
    config: GnnConfig = DEFAULTS,
    *,
    parent: str = "",
    fresh: bool = False,
    device: str = PROCESSOR.type,
) -> str:
    """Train on the graph of a data folder, or go on where that was ended; the version written, the candidate then.

    parent: the version to start from, by name or alias. fresh: do not go on. PatronError where there is nothing to
    learn from, while another training goes on, and where this machine has no such device. An accelerator learns with
    scores in bfloat16.

    Where torchrun started several processes, all of them call this: they train together, and the first one alone keeps
    what is unfinished and writes the version.
    """
    learner = device_named(device)
    if learner != PROCESSOR:
        config = replace(config, half_precision=True)
    known = LearningData.read(settings)
    registry = Registry(DataFolder(settings.data).embeddings)
    parent = registry.resolve(parent) if parent else ""
    start = Parent.read(registry.path(parent)) if parent else None
    processes = Processes.here()
    if not processes.first:
        learnt(known.until(processes.from_first(lambda: known.as_of)), config, start, device=learner)
        return processes.from_first(lambda: "")
    with training_run(registry.folder, known, config, parent, fresh=fresh) as run:
        processes.from_first(lambda: run.known.as_of)
        version = write_version(run.known, config, registry.folder, start, run, device=learner)
        registry.nominate(version, now=now())
    return processes.from_first(lambda: version)


def learnt(
    known: LearningData,
    config: GnnConfig,
    parent: Parent | None = None,
    run: TrainingRun | None = None,
    *,
    device: torch.device = PROCESSOR,
) -> tuple[EmbeddingSet, Backtest | None]:
    """The vectors of a version, and its twin with what was held out of it. run: where finished epochs are kept.

    The version is trained for as many epochs as were best for its twin; for all of them where nothing is held out.
    """
    if parent is not None and parent.set.dim != config.dim:
        raise InvalidValue("dim", config.dim, f"the {parent.set.dim} of {parent.set.version}")
    backtest = backtested(known, config, parent, run.twin if run else None, device=device)
    with stage("training the graph neural network") as advance:
        embeddings = train(
            known.edges,
            known.products,
            known.campaigns,
            customers=known.customers,
            config=config,
            as_of=known.as_of,
            rng=np.random.default_rng(config.seed),
            stop_after=backtest.twin.manifest.parameters["best_epoch"] if backtest else None,
            start=parent.set if parent else None,
            checkpoint=run.whole if run else None,
            device=device,
            progress=lambda what, done, total: advance(done, total, what),
        )
    return embeddings, backtest


def write_version(
    known: LearningData,
    config: GnnConfig,
    folder: Path,
    parent: Parent | None = None,
    run: TrainingRun | None = None,
    *,
    device: torch.device = PROCESSOR,
) -> str:
    """Train the version's twin and the version, and write both as the next one under `folder`.

    run: where finished epochs are kept.
    """
    embeddings, backtest = learnt(known, config, parent, run, device=device)
    manifest = msgspec.structs.replace(
        embeddings.manifest,
        parent=parent.set.version if parent else "",
        metrics=embeddings.manifest.metrics | (backtest.metrics() if backtest else {}),
    )
    embeddings = replace(embeddings, manifest=manifest)
    ranking = learnt_ranking(known.edges, known.products, embeddings)
    intent = learnt_intent(known.edges, known.products, embeddings, ranking)
    predictions = learnt_predictions(known.edges, known.products)
    with stage("building the index and the neighbour lists") as advance:
        return build_snapshot(
            embeddings,
            known.edges,
            folder,
            ranking=ranking,
            intent=intent,
            predictions=predictions,
            backtest=backtest,
            progress=lambda what, share: advance(round(share * 100), 100, what),
        ).name
