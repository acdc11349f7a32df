"""Sessions."""

import pytest

from embeddings.sessions import Sessions
from graph import InvalidValue


def test_the_oldest_session_comes_first_and_those_of_one_time_stay_in_their_order() -> None:
    sessions = Sessions.of([[4, 5], [1], [], [2, 3]], at=[30, 10, 20, 10])
    assert sessions.at.tolist() == [10, 10, 20, 30]
    assert sessions.offsets.tolist() == [0, 1, 3, 3, 5]
    assert sessions.products.tolist() == [1, 2, 3, 4, 5]


def test_a_part_is_the_sessions_between_two_places() -> None:
    part = Sessions.of([[1], [2, 3], [4]]).part(1, 3)
    assert (part.offsets.tolist(), part.products.tolist(), part.at.tolist()) == ([0, 2, 3], [2, 3, 4], [1, 2])


def test_no_sessions_are_sessions_too() -> None:
    assert len(Sessions.of([])) == 0


def test_rows_below_0_and_times_that_are_not_one_a_session_are_refused() -> None:
    with pytest.raises(InvalidValue, match=r"products: got .*-1 to 2.*, expected rows of 0 or more"):
        Sessions.of([[-1, 2]])
    with pytest.raises(InvalidValue, match=r"at: got .*1 times.*, expected one a session, 2"):
        Sessions.of([[0], [1]], at=[5])
