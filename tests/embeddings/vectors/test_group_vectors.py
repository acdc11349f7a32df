"""Groups of customers, on two crowds that say which they are."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from embeddings.gnn import GnnConfig
from embeddings.interaction_matrix import InteractionMatrix
from embeddings.training import train
from embeddings.vectors.embedding_set import EmbeddingSet
from embeddings.vectors.group_vectors import GroupVectors
from graph import Customer, CustomerId, EdgeArrays, InteractionKind, Trait
from tests.embeddings.two_crowds import AS_OF, CATALOGUE, edges_of, two_crowds

CONFIG = GnnConfig(dim=2, epochs=1, batch_customers=8, attribute_ridge=0.5, group_ridge=1.0)
PURCHASED = list(InteractionKind).index(InteractionKind.PURCHASED)
FRUIT: dict[str, Trait] = {"likes": "fruit"}
BREAD: dict[str, Trait] = {"likes": "bread"}


def customers(named: int = 20) -> list[Customer]:
    """Customers 0-9 like fruit, 10-19 bread; only the first so many say so. Each has a number of their own."""
    return [Customer(id=CustomerId(f"user:{n:03}"), traits=traits_of(n, n < named)) for n in range(21)]


def traits_of(n: int, named: bool) -> dict[str, Trait]:
    said: dict[str, Trait] = {"number": n}
    return said | (FRUIT if n < 10 else BREAD) if named else said


def learnt(edges: EdgeArrays, who: list[Customer] | None) -> EmbeddingSet:
    rng = np.random.default_rng(0)
    return train(edges, CATALOGUE, [], config=CONFIG, as_of=AS_OF, rng=rng, customers=who)


@pytest.fixture(scope="module")
def crowds() -> EmbeddingSet:
    return learnt(two_crowds(), customers())


def vector(embeddings: EmbeddingSet, bought: list[int], traits: Mapping[str, Trait]) -> NDArray[np.float32]:
    """Of who bought these products today."""
    count = len(bought)
    return embeddings.customer_vector(
        np.array(bought, dtype=np.int32),
        np.full(count, PURCHASED, dtype=np.int8),
        np.zeros(count, dtype=np.float32),
        np.ones(count, dtype=np.float32),
        traits,
    )


def test_who_did_nothing_is_where_their_group_is(crowds: EmbeddingSet) -> None:
    fruit, bread = (crowds.product_vectors[:20] @ vector(crowds, [], traits) for traits in (FRUIT, BREAD))
    assert fruit[:10].min() > fruit[10:].max()
    assert bread[10:].min() > bread[:10].max()
    assert np.linalg.norm(vector(crowds, [], FRUIT)) == pytest.approx(1.0)


def test_of_whom_nothing_is_known_is_where_everyone_is(crowds: EmbeddingSet) -> None:
    everyone = vector(crowds, [], {})
    assert vector(crowds, [], {"likes": "neither"}).tolist() == everyone.tolist()
    assert (crowds.product_vectors[[1, 11]] @ everyone).min() > 0


def test_what_a_customer_does_outweighs_their_group(crowds: EmbeddingSet) -> None:
    leans = [float(vector(crowds, loaves, FRUIT) @ vector(crowds, [], BREAD)) for loaves in ([], [11], [11] * 20)]
    assert leans == sorted(leans)
    scores = crowds.product_vectors[:20] @ vector(crowds, [11, 13, 15, 17, 19] * 4, FRUIT)
    assert scores[10:].mean() > 3 * scores[:10].mean()


def test_published_rows_are_the_customer_function_of_history_and_traits(crowds: EmbeddingSet) -> None:
    matrix = InteractionMatrix.from_edges(two_crowds(), AS_OF)
    for row, customer in enumerate(customers()):
        own = slice(matrix.offsets[row], matrix.offsets[row + 1])
        rows = np.array([crowds.products.index(matrix.products[p]) for p in matrix.product[own]], dtype=np.int32)
        columns = (matrix.kind[own], matrix.ages()[own], matrix.times[own].astype(np.float32))
        found = crowds.customer_vector(rows, *columns, customer.traits)
        assert found == pytest.approx(crowds.customer_vectors[row], abs=1e-5)


def test_a_group_of_few_says_nothing(crowds: EmbeddingSet) -> None:
    assert crowds.groups is not None
    assert len(crowds.groups.keys) == 2  # no customer's own number
    nine_of_ten = learnt(two_crowds(), customers(named=19)).groups
    assert nine_of_ten is not None
    assert len(nine_of_ten.keys) == 1


def test_without_customers_a_vector_starts_from_nothing() -> None:
    alone = learnt(two_crowds(), None)
    assert alone.groups is None
    assert not vector(alone, [], FRUIT).any()
    assert learnt(edges_of([], 0, 0), customers()).groups is None


def test_a_set_may_know_everyone_and_no_group() -> None:
    empty = np.empty(0, dtype=np.uint64), np.empty((0, 2), dtype=np.float32)
    alone = replace(learnt(two_crowds(), None), groups=GroupVectors(*empty, np.array([3.0, 4.0], dtype=np.float32)))
    assert vector(alone, [], FRUIT).tolist() == pytest.approx([0.6, 0.8])
