"""Lists whose recall and NDCG can be told by hand, and the bounds that hold for any list."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import sparse

from embeddings.evaluation.metrics import hits, ndcg_at, recall_at
from graph import InvalidValue

NUM_PRODUCTS = 12


def wanted(*rows: set[int]) -> sparse.csr_array:
    dense = np.zeros((len(rows), NUM_PRODUCTS), dtype=np.float32)
    for row, products in enumerate(rows):
        dense[row, list(products)] = 1.0
    return sparse.csr_array(dense)


def lists(*rows: list[int]) -> NDArray[np.int32]:
    return np.array(rows, dtype=np.int32)


def test_a_perfect_list_has_recall_and_ndcg_one() -> None:
    assert recall_at(3, lists([4, 5, 6]), wanted({4, 5, 6})).tolist() == [1.0]
    assert ndcg_at(3, lists([4, 5, 6]), wanted({4, 5, 6})).tolist() == [1.0]


def test_recall_is_hits_over_all_that_was_wanted() -> None:
    assert recall_at(2, lists([0, 1], [0, 9]), wanted({0, 1, 2, 3}, {0})).tolist() == [0.5, 1.0]


def test_ndcg_is_cut_at_what_was_wanted_or_k() -> None:
    """More wanted than k: a list of hits is perfect. One wanted, at the second place: 1 / log2(3)."""
    assert ndcg_at(2, lists([0, 1], [9, 0]), wanted({0, 1, 2, 3}, {0})).tolist() == [1.0, 1 / np.log2(3)]


def test_only_the_first_k_places_count() -> None:
    assert recall_at(1, lists([7, 0]), wanted({0})).tolist() == [0.0]
    assert ndcg_at(1, lists([7, 0]), wanted({0})).tolist() == [0.0]


def test_a_list_shorter_than_k_is_measured_as_it_is() -> None:
    assert ndcg_at(20, lists([0]), wanted({0})).tolist() == [1.0]


def test_an_ended_list_and_a_product_out_of_range_hit_nothing() -> None:
    assert hits(lists([-1, NUM_PRODUCTS, 0]), wanted({0, NUM_PRODUCTS - 1})).tolist() == [[False, False, True]]


def test_who_wants_nothing_has_zero() -> None:
    assert recall_at(2, lists([0, 1]), wanted(set())).tolist() == [0.0]
    assert ndcg_at(2, lists([0, 1]), wanted(set())).tolist() == [0.0]


def test_another_number_of_lists_than_customers_is_refused() -> None:
    with pytest.raises(InvalidValue, match="lists: got '1 lists', expected one list for each of 2 customers"):
        hits(lists([0]), wanted({0}, {1}))


@given(
    st.lists(st.integers(0, NUM_PRODUCTS - 1), unique=True, min_size=1, max_size=NUM_PRODUCTS),
    st.sets(st.integers(0, NUM_PRODUCTS - 1), min_size=1),
    st.integers(1, 15),
)
def test_metrics_stay_in_their_bounds(ranked: list[int], products: set[int], k: int) -> None:
    recall = recall_at(k, lists(ranked), wanted(products))[0]
    ndcg = ndcg_at(k, lists(ranked), wanted(products))[0]
    assert 0 <= recall <= min(1.0, k / len(products))
    assert 0 <= ndcg <= 1
    assert (recall == 0) == (ndcg == 0)


@given(st.permutations(range(NUM_PRODUCTS)), st.sets(st.integers(0, NUM_PRODUCTS - 1), min_size=1))
def test_moving_a_hit_up_never_lowers_ndcg(ranked: list[int], products: set[int]) -> None:
    better = sorted(ranked, key=lambda product: product not in products)
    assert ndcg_at(5, lists(better), wanted(products))[0] == 1.0
    assert ndcg_at(5, lists(ranked), wanted(products))[0] <= 1.0
