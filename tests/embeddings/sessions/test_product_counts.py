"""ProductCounts."""

from pathlib import Path

import numpy as np
import pytest

from embeddings.sessions import Sessions
from embeddings.sessions.product_counts import ProductCounts

COUNTS = ProductCounts.of(Sessions.of([[0, 1, 2], [0, 1], [3], [1, 0]]), num_products=5)


def followers(counts: ProductCounts, product: int) -> dict[int, tuple[int, float]]:
    columns, times, strengths = counts.followers.of(product)
    return {
        int(column): (int(time), float(strength))
        for column, time, strength in zip(columns, times, strengths, strict=True)
    }


def test_what_came_next_counts_once_and_half_with_each_further_step() -> None:
    assert followers(COUNTS, 0) == {1: (2, 2.0), 2: (1, 0.5)}
    assert followers(COUNTS, 1) == {2: (1, 1.0), 0: (1, 1.0)}
    assert followers(COUNTS, 2) == {}


def test_popularity_is_how_often_each_was_done_ever_and_of_late() -> None:
    ever, late = np.expm1(COUNTS.popularity.T.astype(np.float64))
    assert ever == pytest.approx([3, 3, 1, 1, 0], abs=1e-6)
    assert late[0] == pytest.approx(late[1])
    assert late[3] > late[2]


def test_no_sessions_count_nothing() -> None:
    assert not ProductCounts.of(Sessions.of([]), 3).popularity.any()


def test_what_is_read_is_what_was_written(tmp_path: Path) -> None:
    COUNTS.write(tmp_path, "counts")
    read = ProductCounts.read(tmp_path, "counts")
    assert np.array_equal(read.popularity, COUNTS.popularity)
    assert [followers(read, row) for row in range(5)] == [followers(COUNTS, row) for row in range(5)]
