"""Settings of the neighbours."""

from embeddings.sessions import SessionNeighbours, Sessions
from embeddings.sessions.learning import choose_neighbours
from embeddings.sessions.prefixes import Prefixes

PAST = Sessions.of([[0, 1], [0, 1], [0, 1], [0, 1], [0, 1], [0, 2], [0, 2], [0, 2]])
INDEX = SessionNeighbours.of(PAST, num_products=3)


def test_what_is_new_wins_where_the_newer_sessions_want_it() -> None:
    trials = choose_neighbours(INDEX, Prefixes.of(Sessions.of([[0, 2], [0, 2]])), now=7)
    assert trials[0].settings.recency_half_life < float("inf")
    assert trials[0].found.gain > max(
        trial.found.gain for trial in trials if trial.settings.recency_half_life == float("inf")
    )


def test_without_time_the_settings_stay() -> None:
    (only,) = choose_neighbours(INDEX, Prefixes.of(PAST), now=7, time_left=lambda: False)
    assert only.settings == INDEX.settings
