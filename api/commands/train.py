"""patron train: learn embeddings from the graph and write the next version; publishing it is another command."""

from dataclasses import replace
from pathlib import Path

import click
import msgspec
import numpy as np

from api.clock import now
from api.commands.backtesting import backtested
from api.commands.learning_data import LearningData
from api.commands.learnt_ranking import learnt_ranking
from api.commands.progress import stage
from api.settings import Settings, loaded_settings
from embeddings.gnn.config import GnnConfig
from embeddings.registry import Registry
from embeddings.snapshot_builder import build_snapshot
from embeddings.training import train
from graph.data_folder import DataFolder

__all__ = ["command", "train_into", "write_version"]

DEFAULTS = GnnConfig()


@click.command("train")
@click.option("--data", type=click.Path(path_type=Path), help="The data folder.")
@click.option("--epochs", type=click.IntRange(0), default=DEFAULTS.epochs, show_default=True, help="Rounds.")
@click.option("--dim", type=click.IntRange(2, 512), default=DEFAULTS.dim, show_default=True, help="Numbers a vector.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="What random choices start from.")
@click.option("--json", "as_json", is_flag=True, help="Print the version's manifest as JSON.")
def command(data: Path | None, epochs: int, dim: int, seed: int, as_json: bool) -> None:
    """Train on everything in the graph and write the next version, the candidate; nothing is published.

    The same settings are trained once more without the last days, so that the gate of `patron publish` knows how well
    they find what was bought in them.
    """
    settings = loaded_settings(data=data)
    version = train_into(settings, replace(DEFAULTS, epochs=epochs, dim=dim, seed=seed))
    if as_json:
        click.echo(msgspec.json.encode(Registry(DataFolder(settings.data).embeddings).manifest(version)))
    else:
        click.echo(f"{version} is trained; `patron publish {version}` serves it")


def train_into(settings: Settings, config: GnnConfig = DEFAULTS) -> str:
    """Train on the graph of a data folder; the version written, which is the candidate then.

    PatronError where there is nothing to learn from.
    """
    known = LearningData.read(settings)
    registry = Registry(DataFolder(settings.data).embeddings)
    version = write_version(known, config, registry.folder)
    registry.nominate(version, now=now())
    return version


def write_version(known: LearningData, config: GnnConfig, folder: Path) -> str:
    """Train the version's twin and the version, and write both as the next one under `folder`."""
    backtest = backtested(known, config)
    with stage("training the graph neural network") as advance:
        embeddings = train(
            known.edges,
            known.products,
            known.campaigns,
            config=config,
            as_of=known.as_of,
            rng=np.random.default_rng(config.seed),
            progress=lambda what, done, total: advance(done, total, what),
        )
    if backtest is not None:
        metrics = embeddings.manifest.metrics | backtest.metrics()
        embeddings = replace(embeddings, manifest=msgspec.structs.replace(embeddings.manifest, metrics=metrics))
    ranking = learnt_ranking(known.edges, known.products, known.campaigns, embeddings, config)
    with stage("building the index and the neighbour lists") as advance:
        return build_snapshot(
            embeddings,
            known.edges,
            folder,
            ranking=ranking,
            backtest=backtest,
            progress=lambda what, share: advance(round(share * 100), 100, what),
        ).name
