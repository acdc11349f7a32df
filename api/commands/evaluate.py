"""patron evaluate: every method on the same time split, the whole recommender beside them."""

import tempfile
from dataclasses import replace
from pathlib import Path

import click
import msgspec
import numpy as np
from rich.console import Console
from rich.table import Table

from api.progress import stage
from api.settings import Settings, loaded_settings
from embeddings.artifacts import open_snapshot
from embeddings.baselines import BASELINES
from embeddings.evaluation import EvaluationTable, evaluate
from embeddings.gnn.config import GnnConfig
from embeddings.ranker import Fitted, Method
from embeddings.serving_snapshot import Nearest
from embeddings.snapshot_builder import build_snapshot
from embeddings.split import last_cut, time_split
from embeddings.training import train
from embeddings.vector_ranker import VectorRanker
from graph import Campaign, Catalogue, Product
from graph.stores.open import open_graph
from recommend.asked import Asked, nearest_customers
from recommend.placements import Placements
from recommend.ranker import RecommenderRanker, profiles_of
from recommend.recommender import Recommender

__all__ = ["command", "evaluated"]


@click.command("evaluate")
@click.option("--data", type=click.Path(path_type=Path), help="The data folder.")
@click.option("--k", type=click.IntRange(1, 200), default=20, show_default=True, help="The length of the lists.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Of training and the bootstrap.")
@click.option("--json", "as_json", is_flag=True, help="Print the table as JSON.")
def command(data: Path | None, k: int, seed: int, as_json: bool) -> None:
    """Learn from all but the graph's last 30 days and rank every product for everyone who bought in them."""
    table = evaluated(loaded_settings(data=data), k, seed)
    if as_json:
        click.echo(msgspec.json.encode(table.as_json()))
        return
    heading, *lines = table.lines()
    shown = Table(*heading, box=None)
    for line in lines:
        shown.add_row(*line)
    Console().print(shown)


def evaluated(settings: Settings, k: int = 20, seed: int = 0) -> EvaluationTable:
    """The baselines, the GNN alone, and the whole recommender, once more with strangers as its "similar" customers."""
    graph = open_graph(settings.graph_url)
    try:
        with stage("reading the graph"):
            edges = graph.edges()
            products = [record for record in graph.export((Product,)) if isinstance(record, Product)]
            campaigns = [record for record in graph.export((Campaign,)) if isinstance(record, Campaign)]
    finally:
        graph.close()
    cut = last_cut(edges)
    split = time_split(edges, cut)
    config = GnnConfig(seed=seed)
    with tempfile.TemporaryDirectory(prefix="patron-evaluate-") as folder:
        with stage("training the graph neural network") as advance:
            known = [campaign for campaign in campaigns if campaign.starts is None or campaign.starts <= cut]
            embeddings = train(
                split.train,
                products,
                known,
                config=config,
                as_of=cut,
                rng=np.random.default_rng(seed),
                progress=lambda _, done, total: advance(done, total),
            )
        with stage("building the index and the neighbour lists"):
            snapshot = open_snapshot(build_snapshot(embeddings, split.train, Path(folder)))
        placements = Placements.read(settings.placements_file)
        profiles = profiles_of(split.train)
        catalogue = Catalogue(products)
        whole = RecommenderRanker(Recommender(placements), snapshot, catalogue, profiles, cut)
        strangers = Recommender(placements, crowd=Strangers(np.random.default_rng(seed)))
        methods: dict[str, Method] = {
            **BASELINES,
            "GNN": Fitted(VectorRanker.of(embeddings, split.matrix())),
            "recommender": Fitted(whole),
            "recommender, random customers": Fitted(replace(whole, recommender=strangers)),
        }
        with stage("comparing the methods") as advance:
            return evaluate(
                methods,
                edges,
                cut,
                rng=np.random.default_rng(seed),
                k=k,
                progress=lambda _, done, total: advance(done, total),
            )


class Strangers:
    """As many customers as are found alike, drawn at random: what the similar ones are worth is the difference."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng

    def __call__(self, asked: Asked) -> Nearest:
        found = nearest_customers(asked)
        drawn = self._rng.choice(len(asked.snapshot.set.customers), size=len(found.rows), replace=False)
        return Nearest(drawn.astype(np.int64), found.scores)
