"""The recommender without a part: vectors that say the opposite turn its lists round, unless it reads no vectors."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from api.learning.ablations import VECTOR_SIGNALS, VECTOR_SOURCES, without_vectors
from api.learning.contenders import on_other_vectors, whole_recommender
from embeddings.evaluation import Split
from embeddings.spectral import SpectralConfig, SpectralFilter
from embeddings.vectors.embedding_set import EmbeddingSet
from graph import DAY, EdgeArrays, Instant, Product, ProductId
from recommend.placements import Placements, Signal, SourceName
from recommend.ranker import RecommenderRanker, profiles_of
from recommend.recommender import Recommender
from tests.embeddings.purchase_table import purchase_table

NUM_CUSTOMERS, NUM_PRODUCTS = 20, 10

PLACEMENTS = Placements.parse("""
placements:
  homepage: {sources: {neighbours: 3}, weights: {long_term: 1.0}, diversity: {penalty: 0.1}}
  discover: {sources: {similar_customers: 6, popular: 4}, weights: {similar_customers: 1.0, popular: 0.1},
    filters: {bought: true}}
""")


def checkerboard() -> EdgeArrays:
    """Customers buy products of their own colour, and each still lacks one of them; p1 is bought most."""
    rows = [
        (customer, product, 90)
        for customer in range(NUM_CUSTOMERS)
        for product in range(NUM_PRODUCTS)
        if customer % 2 == product % 2 and product != customer % 2 + 2 * (customer // 2 % (NUM_PRODUCTS // 2))
    ]
    return purchase_table(
        [*rows, *((customer, 1, 91) for customer in range(3, NUM_CUSTOMERS, 4))], NUM_CUSTOMERS, NUM_PRODUCTS
    )


@pytest.fixture(scope="module")
def split() -> Split:
    edges = checkerboard()
    return Split(Instant(100 * DAY), edges, edges.where(np.zeros(len(edges), dtype=np.bool_)))


@pytest.fixture(scope="module")
def vectors(split: Split) -> EmbeddingSet:
    config = SpectralConfig(dim=4)
    return SpectralFilter.fit(split.matrix(), config).embeddings(config)


@pytest.fixture(scope="module")
def whole(split: Split, vectors: EmbeddingSet, tmp_path_factory: pytest.TempPathFactory) -> RecommenderRanker:
    products = [Product(id=ProductId(f"p{number}"), name=f"P{number}") for number in range(NUM_PRODUCTS)]
    return whole_recommender(
        split,
        vectors,
        products,
        placements=PLACEMENTS,
        folder=tmp_path_factory.mktemp("whole"),
        profiles=profiles_of(split.train),
    )


def colours(ranker: RecommenderRanker, mask_history: bool = False) -> list[list[int]]:
    """The colours of each customer's first three products, -1 where there is none."""
    lists = ranker.rank(sorted(ranker.profiles), 3, mask_history)
    return [[-1 if product < 0 else int(product) % 2 for product in one] for one in lists]


def test_on_vectors_of_the_other_colour_the_lists_have_the_other_colour(
    whole: RecommenderRanker, vectors: EmbeddingSet, split: Split, tmp_path: Path
) -> None:
    other = on_other_vectors(
        whole, replace(vectors, product_vectors=vectors.product_vectors[::-1].copy()), split, tmp_path
    )
    own = [[customer % 2] * 3 for customer in range(NUM_CUSTOMERS)]
    assert colours(whole) == own
    assert colours(other) == [[1 - colour for colour in three] for three in own]
    assert other.snapshot.set.version == whole.snapshot.set.version == "v0001"


def test_without_vectors_everybody_gets_what_is_popular(whole: RecommenderRanker) -> None:
    popular = replace(whole, recommender=Recommender(without_vectors(PLACEMENTS)))
    lists = popular.rank(sorted(whole.profiles), 3, mask_history=False)
    assert len(np.unique(lists, axis=0)) == 1
    assert lists[0, 0] == 1


def test_what_is_popular_brings_as_many_candidates_as_the_vectors_did() -> None:
    before = Placements.read(Path("packs/retail/placements.yaml"))
    after = without_vectors(before)
    assert list(after.places) == list(before.places)
    for name, place in after.places.items():
        assert not set(place.sources) & set(VECTOR_SOURCES), name
        assert not set(place.weights) & set(VECTOR_SIGNALS), name
        assert place.diversity.penalty == 0
        assert sum(place.sources.values()) == sum(before.places[name].sources.values())
        assert place.filters == before.places[name].filters
    assert after.places["homepage"].sources[SourceName.POPULAR] == 160  # 60 and the 100 of the neighbours
    assert after.places["homepage"].learnt_session


def test_a_list_made_of_vectors_alone_is_then_what_is_popular() -> None:
    place = without_vectors(PLACEMENTS).places["homepage"]
    assert place.sources == {SourceName.POPULAR: 3}
    assert place.weights == {Signal.POPULAR: 1.0}
