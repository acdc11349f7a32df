"""patron train: learn embeddings from the graph and write the next version; publishing it is another command."""

from dataclasses import replace
from pathlib import Path

import click
import msgspec
import numpy as np

from api.progress import stage
from api.settings import Settings, loaded_settings
from embeddings.gnn.config import GnnConfig
from embeddings.registry import Registry
from embeddings.snapshot_builder import build_snapshot
from embeddings.training import train
from graph import Campaign, Instant, PatronError, Product
from graph.data_folder import DataFolder
from graph.stores.open import open_graph

__all__ = ["command", "train_into"]


DEFAULTS = GnnConfig()


@click.command("train")
@click.option("--data", type=click.Path(path_type=Path), help="The data folder.")
@click.option("--epochs", type=click.IntRange(0), default=DEFAULTS.epochs, show_default=True, help="Rounds.")
@click.option("--dim", type=click.IntRange(2, 512), default=DEFAULTS.dim, show_default=True, help="Numbers a vector.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="What random choices start from.")
@click.option("--json", "as_json", is_flag=True, help="Print the manifest as JSON.")
def command(data: Path | None, epochs: int, dim: int, seed: int, as_json: bool) -> None:
    """Train on everything in the graph and write the next version; nothing is published."""
    settings = loaded_settings(data=data)
    version = train_into(settings, replace(DEFAULTS, epochs=epochs, dim=dim, seed=seed))
    if as_json:
        manifest = Registry(DataFolder(settings.data).embeddings).manifest(version)
        click.echo(msgspec.json.encode(manifest))
    else:
        click.echo(f"{version} is trained; `patron publish {version}` serves it")


def train_into(settings: Settings, config: GnnConfig = DEFAULTS) -> str:
    """Train on the graph of a data folder; the version written. PatronError where the graph has no interactions."""
    graph = open_graph(settings.graph_url)
    try:
        with stage("reading the graph"):
            edges = graph.edges()
            products = [record for record in graph.export((Product,)) if isinstance(record, Product)]
            campaigns = [record for record in graph.export((Campaign,)) if isinstance(record, Campaign)]
    finally:
        graph.close()
    if not len(edges):
        raise PatronError(
            f"the graph {settings.graph_url} has no interactions to learn from: `patron import` brings some"
        )
    as_of = Instant(int(edges.at.max()) + 1)
    with stage("training the graph neural network") as advance:
        embeddings = train(
            edges,
            products,
            campaigns,
            config=config,
            as_of=as_of,
            rng=np.random.default_rng(config.seed),
            progress=lambda _, done, total: advance(done, total),
        )
    with stage("building the index and the neighbour lists"):
        folder = build_snapshot(embeddings, edges, DataFolder(settings.data).embeddings)
    return folder.name
