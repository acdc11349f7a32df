"""patron train: learn embeddings from the graph and write the next version; publishing it is another command."""

from dataclasses import replace
from pathlib import Path

import click
import msgspec
import numpy as np

from api.clock import now
from api.commands.backtesting import Parent, backtested
from api.commands.existing_folder import existing_folder
from api.commands.learning_data import LearningData
from api.commands.learnt_ranking import learnt_ranking
from api.commands.progress import stage
from api.commands.unfinished import TrainingRun, training_run
from api.settings import Settings, loaded_settings
from embeddings.gnn.config import GnnConfig
from embeddings.registry import Registry
from embeddings.snapshot_builder import build_snapshot
from embeddings.training import train
from graph import InvalidValue
from graph.data_folder import DataFolder

__all__ = ["command", "train_into", "write_version"]

DEFAULTS = GnnConfig()


@click.command("train")
@click.option("--data", type=click.Path(path_type=Path), help="The data folder.")
@click.option("--epochs", type=click.IntRange(0), default=DEFAULTS.epochs, show_default=True, help="Rounds.")
@click.option("--dim", type=click.IntRange(2, 512), help=f"Numbers a vector.  [default: {DEFAULTS.dim}, or as --from]")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="What random choices start from.")
@click.option("--from", "parent", default="", help="Start from this version, or `champion`, and learn on.")
@click.option("--fresh", is_flag=True, help="Forget a training that was ended instead of going on with it.")
@click.option("--json", "as_json", is_flag=True, help="Print the version's manifest as JSON.")
def command(
    data: Path | None, epochs: int, dim: int | None, seed: int, parent: str, fresh: bool, as_json: bool
) -> None:
    """Train on everything in the graph and write the next version, the candidate; nothing is published.

    The same settings are trained once more without the last days, so that the gate of `patron publish` knows how well
    they find what was bought in them. A training that was ended, by Ctrl-C or a power cut, goes on after its last whole
    round when it is called again with the same settings.
    """
    settings = loaded_settings(data=data)
    if parent:
        registry = Registry(existing_folder(settings).embeddings)
        parent = registry.resolve(parent)
        dim = dim or registry.manifest(parent).dim
    config = replace(DEFAULTS, epochs=epochs, dim=dim or DEFAULTS.dim, seed=seed)
    try:
        version = train_into(settings, config, parent=parent, fresh=fresh)
    except KeyboardInterrupt:
        click.echo("\nended: the same call goes on after the last whole round, with --fresh it begins anew", err=True)
        raise
    if as_json:
        click.echo(msgspec.json.encode(Registry(DataFolder(settings.data).embeddings).manifest(version)))
    else:
        click.echo(f"{version} is trained; `patron publish {version}` serves it")


def train_into(settings: Settings, config: GnnConfig = DEFAULTS, *, parent: str = "", fresh: bool = False) -> str:
    """Train on the graph of a data folder, or go on where that was ended; the version written, the candidate then.

    parent: the version to start from. fresh: do not go on. PatronError where there is nothing to learn from, and while
    another training goes on.
    """
    known = LearningData.read(settings)
    registry = Registry(DataFolder(settings.data).embeddings)
    with training_run(registry.folder, known, config, parent, fresh=fresh) as run:
        start = Parent.read(registry.path(parent)) if parent else None
        version = write_version(run.known, config, registry.folder, start, run)
        registry.nominate(version, now=now())
    return version


def write_version(
    known: LearningData,
    config: GnnConfig,
    folder: Path,
    parent: Parent | None = None,
    run: TrainingRun | None = None,
) -> str:
    """Train the version's twin and the version, and write both as the next one under `folder`.

    run: where finished epochs are kept.
    """
    if parent is not None and parent.set.dim != config.dim:
        raise InvalidValue("dim", config.dim, f"the {parent.set.dim} of {parent.set.version}")
    backtest = backtested(known, config, parent, run.twin if run else None)
    with stage("training the graph neural network") as advance:
        embeddings = train(
            known.edges,
            known.products,
            known.campaigns,
            config=config,
            as_of=known.as_of,
            rng=np.random.default_rng(config.seed),
            start=parent.set if parent else None,
            checkpoint=run.whole if run else None,
            progress=lambda what, done, total: advance(done, total, what),
        )
    manifest = msgspec.structs.replace(
        embeddings.manifest,
        parent=parent.set.version if parent else "",
        metrics=embeddings.manifest.metrics | (backtest.metrics() if backtest else {}),
    )
    embeddings = replace(embeddings, manifest=manifest)
    month_ago = backtest.twin if backtest else None
    ranking = learnt_ranking(known.edges, known.products, known.campaigns, embeddings, config, month_ago)
    with stage("building the index and the neighbour lists") as advance:
        return build_snapshot(
            embeddings,
            known.edges,
            folder,
            ranking=ranking,
            backtest=backtest,
            progress=lambda what, share: advance(round(share * 100), 100, what),
        ).name
