"""patron evaluate: every method on the same time split, the whole recommender beside them."""

import tempfile
from dataclasses import replace
from pathlib import Path

import click
import msgspec
import numpy as np

from api.commands.learning_data import LearningData
from api.commands.progress import stage
from api.settings import Settings, loaded_settings
from embeddings.artifacts import open_snapshot
from embeddings.baselines import BASELINES
from embeddings.errors import NothingToEvaluate
from embeddings.evaluation import EvaluationTable, evaluate
from embeddings.evaluation.ranker import Fitted, Method
from embeddings.evaluation.split import TEST_DAYS, Task, TimeSplit, last_cut, time_split
from embeddings.evaluation.vector_ranker import VectorRanker
from embeddings.gnn.config import GnnConfig
from embeddings.serving_snapshot import Nearest
from embeddings.snapshot_builder import build_snapshot
from embeddings.training import train
from graph import Catalogue, EdgeArrays
from recommend.asked import Asked, nearest_customers
from recommend.placements import Placements
from recommend.ranker import RecommenderRanker, profiles_of
from recommend.recommender import Recommender

__all__ = ["command", "evaluated"]


ONLY_SIMILAR_CUSTOMERS = """
placements:
  homepage: {k: 20, sources: {similar_customers: 200}, weights: {similar_customers: 1.0}}
  discover: {k: 20, sources: {similar_customers: 200}, weights: {similar_customers: 1.0}, filters: {bought: true}}
"""
"""What the source is worth by itself: in the whole recommender the network says much of the same."""


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
    lines = table.lines()
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        click.echo("  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip())


def evaluated(settings: Settings, k: int = 20, seed: int = 0) -> EvaluationTable:
    """The baselines, the GNN alone, and the whole recommender, once more with strangers as its "similar" customers.

    Nothing after the cut is looked at: no interaction, no campaign, no product's description or price.
    """
    known = LearningData.read(settings)
    split = _split(known.edges)
    products, campaigns = known.described_at(split.cut)
    config = GnnConfig(seed=seed)
    with tempfile.TemporaryDirectory(prefix="patron-evaluate-") as folder:
        with stage("training the graph neural network") as advance:
            embeddings = train(
                split.train,
                products,
                campaigns,
                config=config,
                as_of=split.cut,
                rng=np.random.default_rng(seed),
                progress=lambda what, done, total: advance(done, total, what),
            )
        with stage("building the index and the neighbour lists") as advance:
            built = build_snapshot(
                embeddings,
                split.train,
                Path(folder),
                progress=lambda what, share: advance(round(share * 100), 100, what),
            )
        snapshot = open_snapshot(built)
        placements = Placements.read(settings.placements_file)
        with stage("folding the profiles"):
            profiles = profiles_of(split.train)
        whole = RecommenderRanker(Recommender(placements), snapshot, Catalogue(products), profiles, split.cut)
        crowd = Strangers(np.random.default_rng(seed))
        only = Placements.parse(ONLY_SIMILAR_CUSTOMERS)
        methods: dict[str, Method] = {
            **BASELINES,
            "GNN": Fitted(VectorRanker.of(embeddings, split.matrix())),
            "recommender": Fitted(whole),
            "recommender, random customers": Fitted(replace(whole, recommender=Recommender(placements, crowd=crowd))),
            "similar customers alone": Fitted(replace(whole, recommender=Recommender(only))),
            "random customers alone": Fitted(replace(whole, recommender=Recommender(only, crowd=crowd))),
        }
        with stage("comparing the methods") as advance:
            return evaluate(
                methods,
                known.edges,
                split.cut,
                rng=np.random.default_rng(seed),
                k=k,
                progress=lambda what, done, total: advance(done, total, what),
            )


def _split(edges: EdgeArrays) -> TimeSplit:
    """The graph's last days and all before them; NothingToEvaluate before anything is trained in vain."""
    split = time_split(edges, last_cut(edges))
    try:
        split.matrix()
        for task in Task:
            split.held_out(task)
    except NothingToEvaluate as error:
        raise NothingToEvaluate(
            f"too small to evaluate: {error}; expected purchases in the {TEST_DAYS} days up to the newest interaction, "
            "some of them of products new to the customer, and interactions before"
        ) from None
    return split


class Strangers:
    """As many customers as are found alike, drawn at random: what the similar ones are worth is the difference."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng

    def __call__(self, asked: Asked) -> Nearest:
        found = nearest_customers(asked)
        drawn = self._rng.choice(len(asked.snapshot.set.customers), size=len(found.rows), replace=False)
        return Nearest(drawn.astype(np.int64), found.scores)
