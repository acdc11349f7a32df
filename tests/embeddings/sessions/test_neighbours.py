"""SessionNeighbours."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embeddings.sessions import NeighbourSettings, SessionNeighbours, Sessions
from graph import FileBroken, InvalidValue
from tests.embeddings.sessions.ways import rows

APPLE, BREAD, BUTTER, CHEESE, PEAR, WINE = range(6)
SESSIONS = Sessions.of([[APPLE, PEAR], [BREAD, BUTTER], [APPLE, PEAR], [CHEESE, WINE], [BREAD, BUTTER, CHEESE]])
INDEX = SessionNeighbours.of(SESSIONS, num_products=6)


def test_what_followed_in_past_sessions_is_found_and_nothing_else() -> None:
    found = INDEX.scores(rows(APPLE))
    assert found.rows.tolist() == [APPLE, PEAR]
    found = INDEX.scores(rows(BREAD))
    assert found.rows.tolist() == [BREAD, BUTTER, CHEESE]


def test_a_neighbour_is_a_session_with_a_product_in_common_the_shorter_the_more_alike() -> None:
    found = INDEX.neighbours(rows(BREAD))
    assert found.rows.tolist() == [1, 4]
    assert found.scores == pytest.approx([2**-0.5, 3**-0.5])


def test_a_score_is_the_sum_over_the_neighbours_less_with_every_step() -> None:
    index = replace(INDEX, settings=NeighbourSettings(length_power=0.0, distance_half_life=1.0))
    found = index.scores(rows(BREAD))
    assert dict(zip(found.rows.tolist(), found.scores.tolist(), strict=True)) == {BREAD: 2, BUTTER: 1, CHEESE: 0.25}


def test_shares_are_those_of_the_neighbours_by_how_much_alike_they_are() -> None:
    shares = INDEX.shares(rows(BREAD))
    assert dict(zip(shares.products.tolist(), shares.shares.tolist(), strict=True)) == pytest.approx(
        {BREAD: 1.0, BUTTER: 2**-0.5, CHEESE: 0.5 * 3**-0.5 / (2**-0.5 + 3**-0.5)}
    )
    assert sorted(shares.sessions.tolist()) == [1, 4]
    assert shares.of(rows(BREAD, WINE, 99)).tolist() == [1.0, 0.0, 0.0]


def test_owners_are_counted_once_and_ones_own_sessions_can_be_left_out() -> None:
    owners = np.array([7, 7, 8, 9], dtype=np.int32)
    index = SessionNeighbours.of(Sessions.of([[0, 1, 0], [0, 1], [0, 2], [3]]), 4, owners=owners)
    assert index.owners_of(rows(0, 1, 2), rows(0, 1, 2)).tolist() == [2, 1, 1]
    assert index.owners_of(rows(), rows(0, 2)).tolist() == [0, 0]
    assert sorted(index.shares(rows(0)).sessions.tolist()) == [0, 1, 2]
    assert index.shares(rows(0), without=7).sessions.tolist() == [2]
    assert not len(index.shares(rows(3), without=9).products)


def test_what_came_before_can_count_less_than_what_came_after() -> None:
    index = replace(INDEX, settings=NeighbourSettings(before=0.5, distance_half_life=1.0, length_power=0.0))
    found = index.scores(rows(BUTTER))
    assert dict(zip(found.rows.tolist(), found.scores.tolist(), strict=True)) == {BUTTER: 2, BREAD: 0.5, CHEESE: 0.5}


def test_the_newest_product_of_the_session_weighs_most() -> None:
    assert INDEX.neighbours(rows(APPLE, CHEESE)).rows.tolist()[0] == 3
    assert INDEX.neighbours(rows(CHEESE, APPLE)).rows.tolist()[0] == 0
    assert INDEX.neighbours(rows(APPLE, CHEESE), np.array([0.0, 9.0])).rows.tolist()[0] == 0


def test_newer_neighbours_weigh_more_where_recency_fades() -> None:
    index = replace(INDEX, settings=NeighbourSettings(recency_half_life=2.0))
    assert INDEX.neighbours(rows(APPLE)).rows.tolist() == [0, 2]
    found = index.neighbours(rows(APPLE), now=4)
    assert found.rows.tolist() == [2, 0]
    assert found.scores == pytest.approx(np.array([0.5, 0.25]) * 2**-0.5)


def test_only_the_newest_sessions_of_each_product_are_looked_at_and_only_the_most_alike_asked() -> None:
    newest = replace(INDEX, settings=NeighbourSettings(sessions_each=1))
    assert newest.neighbours(rows(BREAD)).rows.tolist() == [4]
    alike = replace(INDEX, settings=NeighbourSettings(neighbours=1))
    assert alike.neighbours(rows(BREAD)).rows.tolist() == [1]


def test_a_rare_product_counts_more_where_rarity_counts() -> None:
    sessions = Sessions.of([[0, 1], [0, 2], [0, 3], [0, 4], [5, 6]])
    index = SessionNeighbours.of(sessions, 7, NeighbourSettings(rarity_power=1.0, age_half_life=np.inf))
    assert index.neighbours(rows(5, 0)).rows.tolist() == [4, 0, 1, 2, 3]


def test_an_empty_session_and_unknown_products_find_nothing() -> None:
    for products in (rows(), rows(6, -1, 10**12)):
        assert not len(INDEX.scores(products).rows)
        assert not len(INDEX.neighbours(products).rows)
    assert INDEX.scores(rows(APPLE, 99)).rows.tolist() == INDEX.scores(rows(APPLE), np.array([1.0])).rows.tolist()
    assert not len(SessionNeighbours.of(Sessions.of([]), 3).scores(rows(1)).rows)


def test_a_product_outside_the_catalogue_and_impossible_settings_are_refused() -> None:
    with pytest.raises(InvalidValue, match="products: got 5, expected rows below 5"):
        SessionNeighbours.of(SESSIONS, num_products=5)
    with pytest.raises(InvalidValue, match="neighbours: got 0, expected an integer of 1 or more"):
        NeighbourSettings(neighbours=0)
    with pytest.raises(InvalidValue, match=r"age_half_life: got 0\.0, expected a number above 0"):
        NeighbourSettings(age_half_life=0.0)


def test_what_is_read_answers_as_what_was_written(tmp_path: Path) -> None:
    INDEX.write(tmp_path, "sessions")
    read = SessionNeighbours.read(tmp_path, "sessions", INDEX.settings)
    for row in range(6):
        found, expected = read.scores(rows(row)), INDEX.scores(rows(row))
        assert found.rows.tolist() == expected.rows.tolist()
        assert found.scores.tolist() == expected.scores.tolist()
    (tmp_path / "sessions.places.npy").unlink()
    with pytest.raises(FileBroken, match=r"sessions\.places\.npy.*no such file"):
        SessionNeighbours.read(tmp_path, "sessions")


lists = st.lists(st.lists(st.integers(0, 5), max_size=5), max_size=8)


@settings(deadline=None, max_examples=50)
@given(lists, st.lists(st.integers(-1, 7), max_size=5))
def test_answers_are_those_of_a_count_by_hand(past: list[list[int]], session: list[int]) -> None:
    halving = NeighbourSettings(distance_half_life=1.0, length_power=0.0)
    by_hand: dict[int, float] = {}
    weights = {product: 2.0 ** (place + 1 - len(session)) for place, product in enumerate(session)}
    for other in past:
        shared = [product for product in reversed(session) if product in other]
        alike = sum(weights[product] for product in set(shared))
        for place, product in enumerate(other if shared else []):
            newest = max(at for at, each in enumerate(other) if each == shared[0])
            by_hand[product] = by_hand.get(product, 0.0) + alike * 2.0 ** -abs(place - newest)
    found = SessionNeighbours.of(Sessions.of(past), 6, halving).scores(np.array(session, dtype=np.int64))
    assert found.rows.tolist() == sorted(by_hand, key=lambda row: (-by_hand[row], row))
    assert found.scores == pytest.approx([by_hand[row] for row in found.rows.tolist()])


@settings(deadline=None, max_examples=50)
@given(lists, st.integers(1, 3))
def test_a_shorter_answer_is_the_beginning_of_the_whole(past: list[list[int]], k: int) -> None:
    index = SessionNeighbours.of(Sessions.of(past), 6)
    for row in range(6):
        assert index.scores(rows(row), k=k).rows.tolist() == index.scores(rows(row)).rows.tolist()[:k]
