"""What a session changes: nothing where nothing was meant, more the surer and the more it was."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from embeddings.intent import Bonds, Intent, Session, to_a_stranger
from embeddings.intent.intent import NUM_TERMS, TERMS
from embeddings.ranking import ProductFacts
from embeddings.ranking.product_facts import FACTS, GROUPS
from embeddings.sessions import SessionNeighbours, Sessions

# 0 and 1 are joined, 2 is of the category of 0, 3 is alone; row 4 is a product nobody knows
BONDS = Bonds(
    np.array([0, 1, 2, 2, 2]),
    np.array([1, 0], dtype=np.int32),
    np.array([2.0, 2.0], dtype=np.float32),
    np.zeros((3, 3), dtype=np.float32),
)
PAST = SessionNeighbours.of(Sessions.of([[0, 1], [0, 1], [0, 3], [2, 3]]), num_products=4)
EVERY = np.arange(4)
EVEN = np.full(4, 0.2, dtype=np.float32)
NEVER = np.zeros(4, dtype=np.bool_)


def facts() -> ProductFacts:
    groups = np.zeros((5, len(GROUPS)), dtype=np.int32)
    groups[:4, GROUPS.index("category")] = [1, 2, 1, 0]
    values = np.zeros((5, len(FACTS)), dtype=np.float32)
    values[:4, FACTS.index("popular_30")] = np.log1p([9, 3, 1, 0])
    return ProductFacts(values, groups)


def intent(**terms: float) -> Intent:
    weights = np.zeros((2, NUM_TERMS), dtype=np.float32)
    for name, weight in terms.items():
        weights[:, TERMS.index(name)] = weight
    return Intent(BONDS, PAST, np.ones(11, dtype=np.float32), weights)


def likely(learnt: Intent, products: list[int], meant: list[float]) -> NDArray[np.float32]:
    session = Session(np.array(products, dtype=np.int64), np.array(meant, dtype=np.float32))
    return learnt.likely(session, learnt.alike(session), EVERY, EVEN, NEVER, facts(), stranger=False)


def test_bonds_between_rows_are_those_that_are_there() -> None:
    assert BONDS.between(np.array([1, 3, 9]), np.array([0, 1, 2])).tolist() == [[2, 0, 0], [0, 0, 0], [0, 0, 0]]
    assert BONDS.between(np.array([1]), np.empty(0, dtype=np.int64)).shape == (1, 0)
    rows, weights = BONDS.summed(np.array([0, 9]), np.array([0.5, 1.0], dtype=np.float32))
    assert rows.tolist() == [1] and weights.tolist() == [1.0]


def test_what_is_joined_with_the_cart_becomes_likelier_and_nothing_else_does() -> None:
    now = likely(intent(bond_best=1.0), [0], [1.0])
    assert now[1] == pytest.approx(0.25 * np.e**2 / (1 + 0.25 * np.e**2), rel=1e-5)
    assert now[[0, 2, 3]] == pytest.approx(EVEN[[0, 2, 3]])


def test_what_is_of_the_same_category_becomes_likelier_and_what_has_none_does_not() -> None:
    now = likely(intent(same_category=1.0), [0, 3], [1.0, 1.0])
    assert now[2] > now[1] == pytest.approx(0.2) and now[3] == pytest.approx(0.2)


@given(
    meant=st.lists(st.floats(0.01, 1.0), min_size=1, max_size=4),
    term=st.sampled_from(["bond_best", "same_subcategory", "same_category", "likely", "had", "popular"]),
)
def test_a_session_changes_no_more_than_one_of_which_everything_is_sure(meant: list[float], term: str) -> None:
    products = list(range(len(meant)))
    learnt = intent(**{term: 1.0})
    unsure, sure = likely(learnt, products, meant), likely(learnt, products, [1.0] * len(meant))
    assert (np.abs(unsure - EVEN) <= np.abs(sure - EVEN) + 1e-4).all() and np.isfinite(unsure).all()


def test_what_sessions_like_it_did_becomes_likelier_the_more_of_them_did() -> None:
    learnt = intent(alike=1.0)
    now = likely(learnt, [0], [1.0])
    assert now[1] > now[3] > 0.2 and now[2] == pytest.approx(0.2)
    assert likely(learnt, [0], [0.1])[1] < now[1] and likely(learnt, [9], [1.0]) == pytest.approx(EVEN)


def test_a_look_weighs_less_than_an_addition_in_which_sessions_are_like_it() -> None:
    session = Session(np.array([2, 0]), np.array([1.0, 0.1], dtype=np.float32))
    alike = intent().alike(session)
    assert alike.of(np.array([3])) > alike.of(np.array([1])) > 0


def test_three_looks_at_what_is_joined_with_it_say_more_than_one() -> None:
    bonds = Bonds(
        np.array([0, 1, 2, 3, 3]),
        np.array([3, 3, 3], dtype=np.int32),
        np.full(3, 2.0, dtype=np.float32),
        np.zeros((3, 3), dtype=np.float32),
    )
    learnt = Intent(bonds, PAST, np.ones(11, dtype=np.float32), intent(bond_best=1.0).weights)
    one, three = likely(learnt, [0], [0.1])[3], likely(learnt, [0, 1, 2], [0.1] * 3)[3]
    added = likely(learnt, [0], [1.0])[3]
    assert 0.2 < one < three < added and three - 0.2 > 2 * (one - 0.2)


def test_a_stranger_starts_from_what_is_popular() -> None:
    assert to_a_stranger(facts(), EVERY).tolist() == pytest.approx([1 / 2, 4 / 14, 2 / 12, 1 / 11])
