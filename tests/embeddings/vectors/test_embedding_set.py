"""The vector of a customer."""

import math

import numpy as np
import pytest

from graph import InteractionKind
from tests.embeddings.greengrocer import greengrocer

PURCHASED, VIEWED, RATED = (
    list(InteractionKind).index(kind)
    for kind in (InteractionKind.PURCHASED, InteractionKind.VIEWED, InteractionKind.RATED)
)


def vector(*rows: tuple[int, int, float, float]) -> list[float]:
    """Of (row, kind, age, times)."""
    columns = np.array(rows, dtype=np.float32).reshape(-1, 4).T
    found = greengrocer().customer_vector(
        columns[0].astype(np.int32), columns[1].astype(np.int8), columns[2], columns[3]
    )
    assert found.dtype == np.float32
    return [float(value) for value in found]


def test_one_product_gives_its_direction() -> None:
    assert vector((0, PURCHASED, 5, 3)) == pytest.approx([1, 0])


def test_kind_age_and_times_weigh_as_the_function_says() -> None:
    fruit = 0.25 * 2.0  # pear viewed four times today
    bread = 0.5  # bread bought once, a half-life ago
    length = math.hypot(fruit, bread)
    assert vector((4, VIEWED, 0, 4), (1, PURCHASED, 30, 1)) == pytest.approx([fruit / length, bread / length])


def test_what_comes_after_the_window_counts_in_full_and_no_more() -> None:
    assert vector((4, PURCHASED, -90, 1), (1, PURCHASED, 0, 1)) == pytest.approx([math.sqrt(0.5)] * 2)


@pytest.mark.parametrize("rows", [(), ((-1, PURCHASED, 0, 1),), ((0, RATED, 0, 1),)])
def test_where_nothing_counts_the_vector_is_zero(rows: tuple[tuple[int, int, float, float], ...]) -> None:
    assert vector(*rows) == [0, 0]


def test_products_without_a_row_are_left_out() -> None:
    assert vector((0, PURCHASED, 0, 1), (-1, PURCHASED, 0, 1)) == pytest.approx([1, 0])
