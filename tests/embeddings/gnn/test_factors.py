"""Factors by kind and age: what predicts comes to count more, in training and in the vectors that serve."""

from dataclasses import replace

import numpy as np
import pytest

from embeddings.gnn import GnnConfig
from embeddings.interaction_matrix import InteractionMatrix
from embeddings.training import train
from embeddings.vectors.embedding_set import CustomerFunction, EmbeddingSet
from graph import EdgeArrays, InteractionKind
from tests.embeddings.two_crowds import AS_OF, Line, edges_of, two_crowds

CONFIG = GnnConfig(dim=4, epochs=30, batch_customers=40, factor_learning_rate=0.1, age_bounds=(45.0,))
VIEWED, CLICKED, BOUGHT = InteractionKind.VIEWED, InteractionKind.CLICKED, InteractionKind.PURCHASED


def learnt(edges: EdgeArrays, config: GnnConfig = CONFIG) -> EmbeddingSet:
    return train(edges, [], [], config=config, as_of=AS_OF, rng=np.random.default_rng(0))


def function_of(edges: EdgeArrays, config: GnnConfig = CONFIG) -> CustomerFunction:
    return learnt(edges, config).manifest.customer_function


def views_and_clicks() -> EdgeArrays:
    """Each of 40 customers views and buys products of one of two crowds, and clicks on any."""
    rng = np.random.default_rng(0)
    lines: list[Line] = []
    for customer in range(40):
        own = 10 * (customer % 2) + rng.permutation(10)
        lines += [(customer, int(product), VIEWED, 1) for product in own[:5]]
        lines += [(customer, int(product), BOUGHT, 1) for product in own[5:8]]
        lines += [(customer, int(product), CLICKED, 1) for product in rng.choice(20, size=8, replace=False)]
    return edges_of(lines, 40, 20)


def test_a_kind_that_predicts_comes_to_count_more_than_one_that_does_not() -> None:
    edges = views_and_clicks()
    factors = function_of(edges).factors
    assert set(factors) == {"viewed", "clicked", "purchased"}
    assert factors["viewed"][0] > 2 * factors["clicked"][0]
    assert factors["viewed"][1] == 1.0  # nothing is as old

    def nearness(embeddings: EmbeddingSet) -> float:
        """How much more like each other customers of one crowd are than those of two."""
        cosines = embeddings.customer_vectors @ embeddings.customer_vectors.T
        same = np.arange(40)[:, None] % 2 == np.arange(40) % 2
        return float(cosines[same].mean() - cosines[~same].mean())

    assert nearness(learnt(edges)) > 1.1 * nearness(learnt(edges, replace(CONFIG, factor_learning_rate=0.0)))


def test_what_was_another_taste_long_ago_comes_to_count_less() -> None:
    rng = np.random.default_rng(0)
    lines: list[Line] = []
    for customer in range(40):
        now, once = 10 * (customer % 2), 10 * (customer // 2 % 2)
        lines += [(customer, now + int(product), VIEWED, 1) for product in rng.choice(10, size=5, replace=False)]
        lines += [(customer, once + int(product), VIEWED, 50) for product in rng.choice(10, size=5, replace=False)]
    late, early = function_of(edges_of(lines, 40, 20), replace(CONFIG, half_life_days=1000.0)).factors["viewed"]
    assert late > 1.5 * early


def test_vectors_that_serve_have_the_factors_that_were_learnt() -> None:
    edges = two_crowds()
    embeddings = learnt(edges, replace(CONFIG, epochs=3))
    assert embeddings.manifest.customer_function.age_bounds == (45.0,)
    matrix = InteractionMatrix.from_edges(edges, AS_OF)
    for row in range(21):
        own = slice(matrix.offsets[row], matrix.offsets[row + 1])
        columns = (matrix.kind[own], matrix.ages()[own], matrix.times[own].astype(np.float32))
        found = embeddings.customer_vector(matrix.product[own], *columns)
        assert found == pytest.approx(embeddings.customer_vectors[row], abs=1e-5)


def test_one_sort_alone_has_no_factor() -> None:
    edges = edges_of([(c, c % 4 + p, VIEWED, 1) for c in range(8) for p in range(3)], 8, 7)
    function = function_of(edges)
    assert (function.factors, function.age_bounds) == ({}, ())
    assert function_of(two_crowds(), replace(CONFIG, factor_learning_rate=0.0)).factors == {}


def test_a_customer_function_multiplies_a_weight_by_its_factor() -> None:
    function = CustomerFunction(
        kind_weights={"viewed": 0.5, "purchased": 1.0},
        half_life_days=30.0,
        age_bounds=(7.0, 30.0),
        factors={"viewed": (1.0, 2.0, 4.0)},
    )
    viewed, bought = (list(InteractionKind).index(kind) for kind in (VIEWED, BOUGHT))
    kinds, ages = np.array([viewed, viewed, viewed, bought]), np.array([6.9, 7.0, 365.0, 365.0])
    assert function.worth().of(kinds, ages).tolist() == [0.5, 1.0, 2.0, 1.0]
