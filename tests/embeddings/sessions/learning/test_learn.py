"""What comes next, learnt of sessions that go from door to door."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from embeddings.ranking.fitting import FitConfig
from embeddings.sessions import Sessions
from embeddings.sessions.learning import EncoderConfig, LearnConfig, Learnt, learn_next_in_session
from embeddings.sessions.next_in_session import NextInSession
from graph import FileBroken, InvalidValue
from tests.embeddings.sessions.ways import DOORS, NUM_PRODUCTS, rows, ways

CONFIG = LearnConfig(
    held_out=0.25,
    tried_on=50,
    encoder=EncoderConfig(dim=16, epochs=2, batch=64, learning_rate=0.03),
    network=FitConfig(hidden=8, epochs=4),
)


@pytest.fixture(scope="module")
def learnt() -> Learnt:
    return learn_next_in_session(ways(300), NUM_PRODUCTS, CONFIG, np.random.default_rng(0))


def test_the_next_door_comes_first(learnt: Learnt) -> None:
    for street in range(0, NUM_PRODUCTS, DOORS):
        assert learnt.model.scores(rows(street + 1, street + 2), 3).rows[0] == street + 3


def test_the_parts_are_judged_on_sessions_they_had_not_seen(learnt: Learnt) -> None:
    assert set(learnt.judged) == {"together", "neighbours", "encoder"}
    together = learnt.judged["together"]
    assert together.reciprocal.mean() > 0.9
    assert together.gain >= max(learnt.judged[part].gain for part in ("neighbours", "encoder"))


def test_the_neighbours_settings_are_those_that_found_most(learnt: Learnt) -> None:
    gains = [trial.found.gain for trial in learnt.trials]
    assert gains == sorted(gains, reverse=True)
    assert learnt.model.parts.neighbours.settings == learnt.trials[0].settings


def test_the_model_knows_the_sessions_held_out_too(learnt: Learnt) -> None:
    assert len(learnt.model.parts.neighbours.sessions) == 300


def test_scores_fall_and_a_shorter_answer_begins_the_longer(learnt: Learnt) -> None:
    whole = learnt.model.scores(rows(0, 1), 30)
    assert (np.diff(whole.scores) <= 0).all()
    assert learnt.model.scores(rows(0, 1), 5).rows.tolist() == whole.rows[:5].tolist()


def test_an_empty_session_and_unknown_products_find_nothing(learnt: Learnt) -> None:
    assert not len(learnt.model.scores(rows(), 20).rows)
    assert not len(learnt.model.scores(rows(-1, NUM_PRODUCTS), 20).rows)
    known = learnt.model.scores(rows(0, 1), 20)
    assert learnt.model.scores(rows(0, 10**12, 1), 20).rows.tolist() == known.rows.tolist()


def test_what_is_read_answers_as_what_was_written(learnt: Learnt, tmp_path: Path) -> None:
    learnt.model.write(tmp_path, "next")
    read = NextInSession.read(tmp_path, "next")
    for door in range(NUM_PRODUCTS):
        found, expected = read.scores(rows(door), 20), learnt.model.scores(rows(door), 20)
        assert found.rows.tolist() == expected.rows.tolist()
        assert found.scores.tolist() == expected.scores.tolist()
    (tmp_path / "next.encoder.pq").write_bytes(b"no index")
    with pytest.raises(FileBroken, match=r"next\.encoder\.pq"):
        NextInSession.read(tmp_path, "next")


def test_the_same_seed_learns_the_same(learnt: Learnt) -> None:
    again = learn_next_in_session(ways(300), NUM_PRODUCTS, CONFIG, np.random.default_rng(0))
    assert np.array_equal(again.model.parts.encoder.vectors, learnt.model.parts.encoder.vectors)
    assert np.array_equal(again.model.network.third, learnt.model.network.third)


def test_no_time_still_makes_a_model() -> None:
    model = learn_next_in_session(
        ways(100), NUM_PRODUCTS, CONFIG, np.random.default_rng(0), time_gone=lambda: 1.0
    ).model
    assert len(model.scores(rows(0), 20).rows)


def test_too_few_sessions_are_refused() -> None:
    for sessions in (Sessions.of([[0, 1], [1, 2]]), Sessions.of([[0, 1]] * 20 + [[1]] * 10)):
        with pytest.raises(InvalidValue, match="sessions: got"):
            learn_next_in_session(sessions, 3, replace(CONFIG, held_out=0.25), np.random.default_rng(0))
