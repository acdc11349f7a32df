"""patron train: learn embeddings from the graph and write the next version; publishing it is another command."""

from dataclasses import replace
from pathlib import Path

import click
import msgspec
import numpy as np

from api.commands.learning_data import LearningData
from api.commands.progress import stage
from api.settings import Settings, loaded_settings
from embeddings.gnn.config import GnnConfig
from embeddings.registry import Registry
from embeddings.snapshot_builder import build_snapshot
from embeddings.training import train
from graph.data_folder import DataFolder

__all__ = ["command", "train_into"]

DEFAULTS = GnnConfig()


@click.command("train")
@click.option("--data", type=click.Path(path_type=Path), help="The data folder.")
@click.option("--epochs", type=click.IntRange(0), default=DEFAULTS.epochs, show_default=True, help="Rounds.")
@click.option("--dim", type=click.IntRange(2, 512), default=DEFAULTS.dim, show_default=True, help="Numbers a vector.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="What random choices start from.")
@click.option("--json", "as_json", is_flag=True, help="Print the version's manifest as JSON.")
def command(data: Path | None, epochs: int, dim: int, seed: int, as_json: bool) -> None:
    """Train on everything in the graph and write the next version; nothing is published."""
    settings = loaded_settings(data=data)
    version = train_into(settings, replace(DEFAULTS, epochs=epochs, dim=dim, seed=seed))
    if as_json:
        click.echo(msgspec.json.encode(Registry(DataFolder(settings.data).embeddings).manifest(version)))
    else:
        click.echo(f"{version} is trained; `patron publish {version}` serves it")


def train_into(settings: Settings, config: GnnConfig = DEFAULTS) -> str:
    """Train on the graph of a data folder; the version written. PatronError where there is nothing to learn from."""
    known = LearningData.read(settings)
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
    with stage("building the index and the neighbour lists") as advance:
        folder = build_snapshot(
            embeddings,
            known.edges,
            DataFolder(settings.data).embeddings,
            progress=lambda what, share: advance(round(share * 100), 100, what),
        )
    return folder.name
