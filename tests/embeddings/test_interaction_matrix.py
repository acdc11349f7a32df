"""A few purchases and views whose counts, ages and weights can be told by hand."""

import numpy as np
import pytest

from embeddings.interaction_matrix import InteractionMatrix
from graph import DAY, CustomerId, EdgeArrays, Instant, InteractionKind, InvalidValue

KINDS = list(InteractionKind)
VIEWED, PURCHASED = InteractionKind.VIEWED, InteractionKind.PURCHASED

# customer, target, kind, day, order: Ann buys bread twice on day 1 (two lines of one basket), again in another basket
# that day and on day 3; Bob views milk three times and buys it once without a basket on day 4.
ROWS = [
    (0, 0, PURCHASED, 1, 7),
    (0, 0, PURCHASED, 1, 7),
    (0, 0, PURCHASED, 1, 8),
    (0, 0, PURCHASED, 3, 9),
    (1, 1, VIEWED, 4, -1),
    (1, 1, VIEWED, 4, -1),
    (1, 1, VIEWED, 4, -1),
    (1, 1, PURCHASED, 4, -1),
]


def edges(rows: list[tuple[int, int, InteractionKind, int, int]]) -> EdgeArrays:
    customer, target, kind, day, order = (list(column) for column in zip(*rows, strict=True)) if rows else [[]] * 5
    return EdgeArrays(
        customers=[CustomerId("user:ann"), CustomerId("user:bob"), CustomerId("user:cid")],
        targets=["bread", "milk"],
        customer=np.array(customer, dtype=np.int32),
        target=np.array(target, dtype=np.int32),
        kind=np.array([KINDS.index(one) for one in kind], dtype=np.int8),
        at=np.array(day, dtype=np.int64) * DAY,
        day=np.array(day, dtype=np.int32),
        quantity=np.ones(len(rows)),
        value=np.zeros(len(rows), dtype=np.int64),
        order=np.array(order, dtype=np.int32),
    )


@pytest.fixture
def matrix() -> InteractionMatrix:
    return InteractionMatrix.from_edges(edges(ROWS), Instant(5 * DAY))


def test_a_row_is_a_customer_product_kind_and_day(matrix: InteractionMatrix) -> None:
    rows = zip(matrix.customer, matrix.product, matrix.kind, matrix.day, strict=True)
    assert [(c, p, KINDS[k], d) for c, p, k, d in rows] == [
        (0, 0, PURCHASED, 1),
        (0, 0, PURCHASED, 3),
        (1, 1, VIEWED, 4),
        (1, 1, PURCHASED, 4),
    ]


def test_times_counts_lines_and_baskets_counts_orders(matrix: InteractionMatrix) -> None:
    assert matrix.times.tolist() == [3, 1, 3, 1]
    assert matrix.baskets.tolist() == [2, 1, 3, 1]


def test_purchases_are_counted_in_baskets(matrix: InteractionMatrix) -> None:
    assert matrix.purchases().toarray().tolist() == [[3, 0], [0, 1], [0, 0]]


def test_a_purchase_is_worth_half_after_the_half_life(matrix: InteractionMatrix) -> None:
    assert matrix.purchases(half_life_days=2).toarray().tolist() == [
        [2 / 4 + 1 / 2, 0],
        [0, np.float32(2**-0.5)],
        [0, 0],
    ]


def test_last_days_leave_out_what_is_older(matrix: InteractionMatrix) -> None:
    assert matrix.purchases(last_days=3).toarray().tolist() == [[1, 0], [0, 1], [0, 0]]


def test_bought_is_one_or_absent(matrix: InteractionMatrix) -> None:
    assert matrix.bought().toarray().tolist() == [[1, 0], [0, 1], [0, 0]]


def test_kinds_are_weighted_and_those_not_named_have_no_entry(matrix: InteractionMatrix) -> None:
    viewed = matrix.weighted({VIEWED: 0.5}, times_power=2)
    assert viewed.toarray().tolist() == [[0, 0], [0, 4.5], [0, 0]]
    assert viewed.nnz == 1


def test_a_later_row_has_age_zero() -> None:
    assert InteractionMatrix.from_edges(edges(ROWS), Instant(2 * DAY)).ages().tolist() == [1, 0, 0, 0]


def test_no_edges_make_an_empty_matrix() -> None:
    matrix = InteractionMatrix.from_edges(edges([]), Instant(0))
    assert len(matrix) == 0
    assert matrix.purchases().shape == (3, 2)


def test_a_half_life_of_nothing_is_refused(matrix: InteractionMatrix) -> None:
    with pytest.raises(InvalidValue, match=r"half_life_days: got 0, expected a number of days above 0"):
        matrix.purchases(half_life_days=0)
