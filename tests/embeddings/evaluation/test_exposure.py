"""Lists of which it is plain what they show: everything, one thing, the popular, one category."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import sparse

from embeddings.evaluation.exposure import (
    coverage,
    diversity,
    gini,
    mean_rank,
    novelty,
    popularity_ranks,
    wanted_rank,
)


def lists(*rows: list[int]) -> NDArray[np.int32]:
    return np.array(rows, dtype=np.int32)


def test_coverage_is_the_share_of_products_in_any_list() -> None:
    assert coverage(lists([0, 1], [1, -1]), 4) == 0.5


def test_novelty_is_bits_of_surprise() -> None:
    """Everybody bought product 0, one of four product 1, nobody product 2, which counts as one."""
    buyers = np.array([4, 1, 0])
    assert novelty(lists([0, 0], [0, 1], [2, -1], [-1, -1]), buyers, 4).tolist() == [0.0, 1.0, 2.0, 0.0]


def test_gini_is_0_where_all_are_shown_as_often_and_near_1_where_one_is() -> None:
    assert gini(lists([0, 1], [2, 3]), 4) == 0.0
    assert gini(lists([0], [0], [0]), 4) == 0.75
    assert gini(lists([-1, -1]), 4) == 0.0


@given(st.lists(st.integers(0, 9), min_size=1, max_size=40))
def test_gini_is_the_mean_difference_of_two_products_over_twice_their_mean(shown: list[int]) -> None:
    places = np.bincount(shown, minlength=10)
    expected = np.abs(places[:, None] - places).mean() / (2 * places.mean())
    assert gini(lists(shown), 10) == pytest.approx(expected)


def test_products_bought_by_as_many_share_their_mean_place() -> None:
    assert popularity_ranks(np.array([5, 9, 5, 0])).tolist() == [2.5, 1.0, 2.5, 4.0]


def test_ranks_of_lists_and_of_what_was_wanted_are_means() -> None:
    ranks = np.array([1.0, 2.0, 3.0, 4.0])
    np.testing.assert_array_equal(mean_rank(lists([0, 3], [2, -1], [-1, -1]), ranks), [2.5, 3.0, np.nan])
    relevant = sparse.csr_array(np.array([[1, 0, 1], [0, 0, 0]], dtype=np.float32))
    np.testing.assert_array_equal(wanted_rank(relevant, ranks), [2.0, np.nan])


def test_diversity_is_the_share_of_pairs_across_categories() -> None:
    """Products 0 and 1 are fruit, 2 is bread, 3 is nobody knows what."""
    categories = np.array([0, 0, 1, -1], dtype=np.int32)
    found = diversity(lists([0, 1, 2], [0, 1, -1], [0, 2, 3], [0, 3, -1]), categories)
    np.testing.assert_allclose(found, [2 / 3, 0.0, 1.0, np.nan])


@given(st.lists(st.integers(-1, 3), min_size=2, max_size=12))
def test_diversity_counts_every_pair_once(categories: list[int]) -> None:
    known = [category for category in categories if category >= 0]
    pairs = [(one, other) for place, one in enumerate(known) for other in known[:place]]
    found = diversity(np.arange(len(categories), dtype=np.int32)[None], np.array(categories, dtype=np.int32))[0]
    if pairs:
        assert found == pytest.approx(np.mean([one != other for one, other in pairs]))
    else:
        assert np.isnan(found)
