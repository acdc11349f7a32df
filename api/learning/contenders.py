"""Contenders: our own models by the name of their line in the table, learnt from one side of a split."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from api.learning.ablations import ONLY_SIMILAR_CUSTOMERS, Strangers, without_vectors
from api.learning.learnt_ranking import learnt_intent, learnt_ranking
from api.progress import stage
from embeddings.artifacts import open_snapshot
from embeddings.evaluation import Fitted, Method, Split, VectorRanker
from embeddings.gnn.config import GnnConfig
from embeddings.intent import Intent
from embeddings.interaction_matrix import InteractionMatrix
from embeddings.ranking import Ranking
from embeddings.snapshot.builder import build_snapshot
from embeddings.snapshot.serving_snapshot import ServingSnapshot
from embeddings.spectral import SpectralConfig, SpectralFilter
from embeddings.training import train
from embeddings.vectors.embedding_set import EmbeddingSet
from graph import Campaign, Catalogue, Customer, CustomerId, Product, Profile
from recommend.placements import Placements
from recommend.ranker import RecommenderRanker, profiles_of
from recommend.recommender import Recommender

__all__ = ["contenders", "learnt_from", "on_other_vectors", "whole_recommender"]

POPULARITY = 0.5
"""What the spectral filter gives back, chosen on the month before the retailer's test month."""


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
    """The spectral filter, the network trained and as it starts, the whole recommender, and the same with one part of
    it exchanged or taken out: the network's vectors, all vectors, the similar customers.

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
    wide = InteractionMatrix.from_edges(split.train, split.cut, also=learnt.products)
    filtered = SpectralFilter.fit(wide, spectral).embeddings(spectral)
    with stage("folding the profiles"):
        profiles = profiles_of(split.train)
    whole = whole_recommender(split, learnt, products, placements=placements, folder=folder, profiles=profiles)
    on_filter = on_other_vectors(whole, filtered, split, folder)
    crowd = Strangers(np.random.default_rng(seed))
    only = Placements.parse(ONLY_SIMILAR_CUSTOMERS)
    return {
        "spectral filter": Fitted(VectorRanker.of(filtered, matrix)),
        "GNN without training": Fitted(VectorRanker.of(start, matrix)),
        "GNN": Fitted(VectorRanker.of(learnt, matrix)),
        "recommender": Fitted(whole),
        "recommender on the spectral filter": Fitted(on_filter),
        "recommender without vectors": Fitted(replace(whole, recommender=Recommender(without_vectors(placements)))),
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
    built = _built(learnt, split, folder, ranking, intent)
    return RecommenderRanker(Recommender(placements), built, Catalogue(products), profiles, split.cut)


def on_other_vectors(
    whole: RecommenderRanker, embeddings: EmbeddingSet, split: Split, folder: Path
) -> RecommenderRanker:
    """The same recommender, its ranking and its intent, on other vectors of the same products and customers.

    Neither was learnt of vectors, so both are as they would be if learnt anew.
    """
    built = _built(embeddings, split, folder, whole.snapshot.ranking, whole.snapshot.intent)
    return replace(whole, recommender=Recommender(whole.recommender.placements), snapshot=built)


def _built(
    embeddings: EmbeddingSet, split: Split, folder: Path, ranking: Ranking | None, intent: Intent | None
) -> ServingSnapshot:
    """What serves with these vectors: the next version in `folder`, opened."""
    with stage(f"building the index and the neighbour lists of the {embeddings.manifest.model}") as advance:
        built = build_snapshot(
            embeddings,
            split.train,
            folder,
            ranking=ranking,
            intent=intent,
            progress=lambda what, share: advance(round(share * 100), 100, what),
        )
    return open_snapshot(built)


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
