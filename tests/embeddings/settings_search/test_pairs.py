"""Pairs as edges, and the slice held out of them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embeddings.settings_search import hold_out, pair_edges
from graph import InvalidValue

PAIRS = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), min_size=1, max_size=60)


def test_ids_sort_as_their_numbers_and_a_pair_counts_once() -> None:
    edges = pair_edges(np.array([10, 9, 9]), np.array([2, 11, 11]))
    assert edges.customers == [f"user:{9:019d}", f"user:{10:019d}"]
    assert edges.targets == [f"{2:019d}", f"{11:019d}"]
    assert list(zip(edges.customer.tolist(), edges.target.tolist(), strict=True)) == [(0, 1), (1, 0)]


def test_numbers_that_are_none_are_refused() -> None:
    with pytest.raises(InvalidValue, match=r"users.*integers of 0 or more"):
        pair_edges(np.array([0.5]), np.array([1]))
    with pytest.raises(InvalidValue, match=r"items.*-1"):
        pair_edges(np.array([0]), np.array([-1]))
    with pytest.raises(InvalidValue, match="one for each user"):
        pair_edges(np.array([0, 1]), np.array([1]))


@settings(max_examples=60)
@given(PAIRS, st.floats(0, 1), st.integers(0, 99))
def test_what_is_held_out_and_what_is_left_are_all_pairs_and_nobody_is_left_with_nothing(
    pairs: list[tuple[int, int]], share: float, seed: int
) -> None:
    users, items = np.array(pairs).T
    edges = pair_edges(users, items)
    left, held = hold_out(edges, share, np.random.default_rng(seed))
    rows, columns = held.relevant.nonzero()
    found = [(held.customers[row], held.products[column]) for row, column in zip(rows, columns, strict=True)]
    kept = [(left.customers[c], left.targets[p]) for c, p in zip(left.customer, left.target, strict=True)]
    every = [(edges.customers[c], edges.targets[p]) for c, p in zip(edges.customer, edges.target, strict=True)]
    assert sorted(found + kept) == sorted(every)
    assert {customer for customer, _ in kept} == set(edges.customers)
    assert (np.diff(held.relevant.indptr) > 0).all()


def test_about_the_share_is_held_out_of_everyone() -> None:
    users, items = (array.ravel() for array in np.meshgrid(np.arange(30), np.arange(40), indexing="ij"))
    _, held = hold_out(pair_edges(users, items), 0.2, np.random.default_rng(0))
    assert np.diff(held.relevant.indptr).tolist() == [8] * 30


def test_no_more_customers_are_asked_than_wanted_but_all_lose_their_products() -> None:
    users, items = (array.ravel() for array in np.meshgrid(np.arange(30), np.arange(10), indexing="ij"))
    left, held = hold_out(pair_edges(users, items), 0.2, np.random.default_rng(0), most_customers=5)
    assert len(held.customers) == held.relevant.shape[0] == 5
    assert len(left) == 240
