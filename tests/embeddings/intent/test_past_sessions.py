"""Past sessions: what one customer did without a pause."""

from dataclasses import replace

import numpy as np
import pytest

from embeddings.intent.past_sessions import BASKETS, past_sessions
from embeddings.sessions import SessionNeighbours
from graph import MINUTE, SESSION_GAP, CustomerId, EdgeArrays, InteractionKind, ProductId

VIEWED, PURCHASED, DISMISSED = InteractionKind.VIEWED, InteractionKind.PURCHASED, InteractionKind.DISMISSED
PRODUCTS = [ProductId(name) for name in "abcd"]


def edges(*rows: tuple[int, str, InteractionKind, int]) -> EdgeArrays:
    """(customer, product, kind, minute)"""
    rows = tuple(sorted(rows, key=lambda row: row[3]))
    targets = sorted({row[1] for row in rows})
    size = len(rows)
    return EdgeArrays(
        customers=[CustomerId(f"user:{number}") for number in range(3)],
        targets=targets,
        customer=np.array([row[0] for row in rows], dtype=np.int32),
        target=np.array([targets.index(row[1]) for row in rows], dtype=np.int32),
        kind=np.array([list(InteractionKind).index(row[2]) for row in rows], dtype=np.int8),
        at=np.array([row[3] * MINUTE for row in rows], dtype=np.int64),
        day=np.zeros(size, dtype=np.int32),
        quantity=np.ones(size),
        value=np.zeros(size, dtype=np.int64),
        order=np.full(size, -1, dtype=np.int32),
    )


def done(index: SessionNeighbours) -> list[str]:
    sessions = index.sessions
    return [
        "".join(PRODUCTS[row] for row in sessions.products[start:end].tolist())
        for start, end in zip(sessions.offsets[:-1].tolist(), sessions.offsets[1:].tolist(), strict=True)
    ]


def test_a_session_is_what_one_customer_did_until_a_pause() -> None:
    pause = SESSION_GAP // MINUTE
    index = past_sessions(
        edges(
            (0, "b", VIEWED, 0),
            (1, "d", VIEWED, 1),
            (0, "a", VIEWED, pause),
            (0, "c", PURCHASED, 2 * pause + 1),
            (0, "d", PURCHASED, 2 * pause + 1),
        ),
        PRODUCTS,
    )
    assert done(index) == ["d", "ba", "cd"]
    assert index.owners.tolist() == [1, 0, 0]
    assert index.sessions.at.tolist() == [1 * MINUTE, pause * MINUTE, (2 * pause + 1) * MINUTE]


def test_a_product_met_twice_in_a_session_is_in_it_once_where_it_was_met_last() -> None:
    index = past_sessions(edges(*((0, name, VIEWED, place) for place, name in enumerate("abac"))), PRODUCTS)
    assert done(index) == ["bac"]
    assert index.shares(np.array([1])).of(np.array([0])).tolist() == pytest.approx([0.5**0.5])


def test_what_was_not_wanted_and_products_without_a_row_are_left_out() -> None:
    index = past_sessions(edges((0, "a", VIEWED, 0), (0, "b", DISMISSED, 1), (0, "z", VIEWED, 2)), PRODUCTS)
    assert done(index) == ["a"] and index.num_products == len(PRODUCTS)


def test_what_was_done_fades_with_its_steps_in_visits_and_not_in_baskets() -> None:
    basket = past_sessions(edges(*((0, name, PURCHASED, 5) for name in "abc")), PRODUCTS)
    visit = past_sessions(edges(*((0, name, VIEWED, 5 + place) for place, name in enumerate("abc"))), PRODUCTS)
    row = np.array([0])
    assert basket.settings == BASKETS
    assert basket.shares(row).shares.tolist() == [1.0, 1.0, 1.0]
    assert visit.shares(row).shares.tolist() == pytest.approx([1.0, 0.5**0.5, 0.5])
    assert replace(visit.settings, distance_half_life=np.inf) == BASKETS


def test_nothing_done_is_an_index_that_finds_nothing() -> None:
    index = past_sessions(edges(), PRODUCTS)
    assert not len(index.shares(np.array([0])).products) and not index.shares(np.array([0])).of(np.array([1])).any()
