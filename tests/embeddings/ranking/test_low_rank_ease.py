"""Low-rank EASE: two kinds of customers, and what each takes that the other does not."""

import numpy as np
import pytest

from embeddings.ranking.low_rank_ease import STRENGTH, low_rank_ease
from embeddings.ranking.tastes import HALF_LIVES, Tastes

NUM_CUSTOMERS, NUM_PRODUCTS = 40, 12
"""Even customers take the first six products, odd ones the others; the last product had one buyer."""


@pytest.fixture(scope="module")
def two_kinds() -> Tastes:
    rng = np.random.default_rng(0)
    bought = rng.random((NUM_CUSTOMERS, NUM_PRODUCTS)) < 0.8
    bought &= (np.arange(NUM_PRODUCTS) < 6) == (np.arange(NUM_CUSTOMERS) % 2 == 0)[:, None]
    bought[:, -1] = np.arange(NUM_CUSTOMERS) == 1
    customer, product = np.nonzero(bought)
    return low_rank_ease(customer, product, np.zeros(len(customer)), NUM_CUSTOMERS, NUM_PRODUCTS, rng, dim=2)


def test_who_took_one_of_a_kind_is_told_of_the_others(two_kinds: Tastes) -> None:
    scores = two_kinds.scores(two_kinds.of(np.array([0, 1]), np.zeros(2)), np.arange(NUM_PRODUCTS))
    assert scores.shape == (2, NUM_PRODUCTS)
    assert (scores[:, 2:6].min(axis=1) > 0.05).all() and np.allclose(scores[:, 6:], 0, atol=1e-4)


def test_a_purchase_of_long_ago_counts_less_for_the_taste_of_late(two_kinds: Tastes) -> None:
    now, then = (two_kinds.of(np.array([0]), np.array([age])) for age in (0, 120))
    assert np.allclose(then[0], now[0]) and np.allclose(then[1], now[1] / 2)


def test_many_tastes_are_asked_at_once_as_one_by_one(two_kinds: Tastes) -> None:
    asked = np.array([5, 0, 7, NUM_PRODUCTS - 1, 900])
    tastes = np.stack([two_kinds.of(np.array([0, 2]), np.zeros(2)), two_kinds.of(np.array([8]), np.array([30]))])
    found = two_kinds.scores_of_all(tastes, asked)
    assert np.allclose(found, [two_kinds.scores(taste, asked) for taste in tastes], atol=1e-6)


def test_nothing_is_said_of_rare_products_nor_of_those_that_came_later(two_kinds: Tastes) -> None:
    taste = two_kinds.of(np.array([0, NUM_PRODUCTS - 1, 900]), np.zeros(3))
    assert np.allclose(taste, two_kinds.of(np.array([0]), np.zeros(1)))
    assert not two_kinds.scores(taste, np.array([NUM_PRODUCTS - 1, NUM_PRODUCTS, 900])).any()


def test_with_all_dimensions_it_is_ease() -> None:
    rng = np.random.default_rng(1)
    bought = rng.random((30, 6)) < 0.5
    customer, product = np.nonzero(bought)
    found = low_rank_ease(customer, product, np.zeros(len(customer)), 30, 6, rng, dim=6)
    ridge = STRENGTH * len(customer)
    matrix = bought.astype(np.float64)
    inverse = np.linalg.inv(matrix.T @ matrix + ridge * np.eye(6))
    weights = -inverse / np.diag(inverse)
    scores = found.scores(found.of(np.array([0, 3]), np.zeros(2)), np.array([1, 2, 4, 5]))
    assert np.allclose(scores[0], weights[[0, 3]][:, [1, 2, 4, 5]].sum(axis=0), atol=1e-3)


@pytest.mark.parametrize("half_life", HALF_LIVES)
def test_who_was_learnt_from_is_asked_as_if_they_had_not_been(half_life: float) -> None:
    rng = np.random.default_rng(2)
    bought = rng.random((30, 6)) < 0.5
    customer, product = np.nonzero(bought)
    ages = rng.integers(0, 200, len(customer)).astype(np.float64)
    found = low_rank_ease(customer, product, ages, 30, 6, rng, dim=6)
    matrix = np.zeros((30, 6))
    matrix[customer, product] = np.exp2(-ages / half_life)
    ridge, taste = STRENGTH * (matrix**2).sum(), HALF_LIVES.index(half_life)
    for row in range(30):
        own, others = customer == row, np.delete(matrix, row, axis=0)
        both = others.T @ others
        weights = np.linalg.inv(both + ridge * np.eye(6)) @ both
        learnt = product[own], ages[own]
        scores = found.scores(found.of(*learnt, learnt), np.arange(6))[taste]
        assert np.allclose(scores / found.gains[taste, :6], matrix[row] @ weights, atol=2e-4)
        today = np.append(product[own], 5), np.append(ages[own] / 3, 0)  # bought again since, and something new
        now = np.bincount(today[0], np.exp2(-today[1] / half_life), minlength=6)
        scores = found.scores(found.of(*today, learnt), np.arange(6))[taste]
        assert np.allclose(scores / found.gains[taste, :6], now @ weights, atol=2e-4)


def test_no_purchases_give_no_taste() -> None:
    nothing = np.empty(0, dtype=np.int64)
    found = low_rank_ease(nothing, nothing, np.empty(0), 3, 4, np.random.default_rng(0), dim=2)
    assert not found.scores(found.of(np.array([1]), np.zeros(1)), np.arange(4)).any()
