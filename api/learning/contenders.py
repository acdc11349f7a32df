"""Contenders: our own models by the name of their line in the table, learnt from one side of a split."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from api.learning.learnt_ranking import learnt_intent, learnt_ranking
from api.progress import stage
from embeddings.artifacts import open_snapshot
from embeddings.evaluation import Fitted, Method, Split, VectorRanker
from embeddings.gnn.config import GnnConfig
from embeddings.nearest import Nearest
from embeddings.snapshot.builder import build_snapshot
from embeddings.spectral import SpectralConfig, SpectralFilter
from embeddings.training import train
from embeddings.vectors.embedding_set import EmbeddingSet
from graph import Campaign, Catalogue, Customer, CustomerId, Product, Profile
from recommend.asked import Asked, nearest_customers
from recommend.placements import Placements
from recommend.ranker import RecommenderRanker, profiles_of
from recommend.recommender import Recommender

__all__ = ["contenders", "learnt_from", "whole_recommender"]

POPULARITY = 0.5
"""What the spectral filter gives back, chosen on the month before the retailer's test month."""

ONLY_SIMILAR_CUSTOMERS = """
placements:
  homepage: {k: 20, sources: {similar_customers: 200}, weights: {similar_customers: 1.0}}
  discover: {k: 20, sources: {similar_customers: 200}, weights: {similar_customers: 1.0}, filters: {bought: true}}
"""
"""What the source is worth by itself: in the whole recommender the network says much of the same."""


def contenders(
    split: Split,
    products: Sequence[Product],
    campaigns: Sequence[Campaign],
    customers: Sequence[Customer],
    *,
    placements: Placements,
    seed: int,
    folder: Path,
) -> dict[str, Method]:
    """The spectral filter, the network trained and as it starts, and the whole recommender, once more with strangers as
    its "similar" customers.

    products, campaigns, customers: as they were known at the cut. folder: where a snapshot is built; it is used while
    ranking.
    """
    config = GnnConfig(seed=seed)
    described = (products, campaigns, customers)
    learnt = learnt_from(split, *described, config, "training the graph neural network")
    start = learnt_from(split, *described, replace(config, epochs=0), "its start, for comparison")
    matrix = split.matrix()
    spectral = SpectralConfig(
        dim=config.dim, half_life_days=config.spectral_half_life_days, popularity_power=POPULARITY, seed=seed
    )
    filtered = SpectralFilter.fit(matrix, spectral).embeddings(spectral)
    with stage("folding the profiles"):
        profiles = profiles_of(split.train)
    whole = whole_recommender(split, learnt, products, placements=placements, folder=folder, profiles=profiles)
    crowd = Strangers(np.random.default_rng(seed))
    only = Placements.parse(ONLY_SIMILAR_CUSTOMERS)
    return {
        "spectral filter": Fitted(VectorRanker.of(filtered, matrix)),
        "GNN without training": Fitted(VectorRanker.of(start, matrix)),
        "GNN": Fitted(VectorRanker.of(learnt, matrix)),
        "recommender": Fitted(whole),
        "recommender, random customers": Fitted(replace(whole, recommender=Recommender(placements, crowd=crowd))),
        "similar customers alone": Fitted(replace(whole, recommender=Recommender(only))),
        "random customers alone": Fitted(replace(whole, recommender=Recommender(only, crowd=crowd))),
    }


def whole_recommender(
    split: Split,
    learnt: EmbeddingSet,
    products: Sequence[Product],
    *,
    placements: Placements,
    folder: Path,
    profiles: Mapping[CustomerId, Profile],
) -> RecommenderRanker:
    """What would serve at the cut, of embeddings learnt up to it, with a ranking and an intent learnt from the same
    interactions.

    products: as they were known at the cut. folder: where its snapshot is built; it is used while ranking. profiles: as
    of the cut, of whoever is to get lists.
    """
    ranking = learnt_ranking(split.train, products, learnt)
    intent = learnt_intent(split.train, products, learnt, ranking)
    with stage("building the index and the neighbour lists") as advance:
        built = build_snapshot(
            learnt,
            split.train,
            folder,
            ranking=ranking,
            intent=intent,
            progress=lambda what, share: advance(round(share * 100), 100, what),
        )
    return RecommenderRanker(Recommender(placements), open_snapshot(built), Catalogue(products), profiles, split.cut)


def learnt_from(
    split: Split,
    products: Sequence[Product],
    campaigns: Sequence[Campaign],
    customers: Sequence[Customer],
    config: GnnConfig,
    title: str,
) -> EmbeddingSet:
    """Embeddings of what came before the cut; products, campaigns, customers: as they were known there. title: of its
    progress."""
    with stage(title) as advance:
        return train(
            split.train,
            products,
            campaigns,
            customers=customers,
            config=config,
            as_of=split.cut,
            rng=np.random.default_rng(config.seed),
            progress=lambda what, done, total: advance(done, total, what),
        )


class Strangers:
    """As many customers as are found alike, drawn at random: what the similar ones are worth is the difference."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng

    def __call__(self, asked: Asked) -> Nearest:
        found = nearest_customers(asked)
        drawn = self._rng.choice(len(asked.snapshot.set.customers), size=len(found.rows), replace=False)
        return Nearest(drawn.astype(np.int64), found.scores)
