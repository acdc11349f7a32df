"""Prefixes, and what is found of them."""

import numpy as np
import pytest

from embeddings.nearest import Nearest
from embeddings.sessions import Sessions
from embeddings.sessions.prefixes import Prefixes, found_in
from tests.embeddings.sessions.ways import rows

PREFIXES = Prefixes.of(Sessions.of([[1, 2, 3], [4], [], [5, 6]]))


def test_every_beginning_comes_with_what_followed() -> None:
    assert [(products.tolist(), following) for products, following in PREFIXES] == [([1], 2), ([1, 2], 3), ([5], 6)]


def test_a_sample_is_of_each_once_in_their_order() -> None:
    drawn = PREFIXES.sample(2, np.random.default_rng(0))
    assert len(drawn) == 2
    assert drawn.starts.tolist() == sorted(drawn.starts.tolist())
    assert PREFIXES.sample(9, np.random.default_rng(0)).next.tolist() == [2, 3, 6]


def test_what_is_found_is_by_the_rank_of_what_followed() -> None:
    found = found_in(PREFIXES, lambda products: Nearest(rows(9, 3, 2), np.zeros(3, dtype=np.float32)))
    assert found.hit.tolist() == [1, 1, 0]
    assert found.reciprocal.tolist() == [1 / 3, 1 / 2, 0]
    assert found.gain == pytest.approx((1 / np.log2(4) + 1 / np.log2(3)) / 3)


def test_of_no_beginnings_nothing_is_found() -> None:
    assert (
        found_in(Prefixes.of(Sessions.of([])), lambda products: Nearest(products, np.empty(0, dtype=np.float32))).gain
        == 0
    )
