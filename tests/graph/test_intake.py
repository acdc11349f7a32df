from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from pathlib import Path

import pytest

from graph import Appended, Instant, LogUnavailable
from graph.events.family import Event
from graph.events.refusal import Parsed, Refusal
from graph.intake import Intake, IntakeResult
from graph.log.dead_letters import DeadLetters
from graph.log.sqlite_log import SqliteEventLog
from tests.graph.profile.some_events import NOON, purchase, view

REFUSED = Refusal(1, "quantity", "-1", "a number of 0 or more", "{}")


@pytest.fixture
def log(tmp_path: Path) -> Iterator[SqliteEventLog]:
    log = SqliteEventLog(tmp_path / "log.db")
    yield log
    log.close()


def test_the_sender_hears_what_was_accepted_known_and_refused(log: SqliteEventLog, tmp_path: Path) -> None:
    intake = Intake(log, DeadLetters(log))
    body = Parsed((view(1), view(2), view(1)), (REFUSED,))
    assert intake.submit(body, "web", NOON).result() == IntakeResult(2, 1, (REFUSED,))
    assert intake.take(Parsed((view(1), purchase(3, ["milk"]))), "web", NOON) == IntakeResult(1, 1)
    log.close()
    again = SqliteEventLog(tmp_path / "log.db")
    assert [(one.source, one.received, one.refusal) for one in DeadLetters(again).newest()] == [("web", NOON, REFUSED)]
    again.close()


def test_a_body_without_events_is_answered_at_once(log: SqliteEventLog) -> None:
    intake = Intake(log, DeadLetters(log))
    assert intake.submit(Parsed(), "web", NOON).result(0) == IntakeResult(0, 0)
    assert intake.submit(Parsed((), (REFUSED,)), "web", NOON).result(0) == IntakeResult(0, 0, (REFUSED,))


def test_events_that_cannot_be_made_durable_are_not_accepted(log: SqliteEventLog) -> None:
    class Failing(SqliteEventLog):
        """A log whose disk fails after the call was taken."""

        def submit(self, events: Sequence[Event]) -> Future[list[Appended]]:
            failed: Future[list[Appended]] = Future()
            failed.set_exception(LogUnavailable("no room"))
            return failed

    failing = Failing(log.path)
    with pytest.raises(LogUnavailable, match="no room"):
        Intake(failing, DeadLetters(log)).take(Parsed((view(1),)), "web", Instant(1))
    failing.close()


def test_a_closed_log_refuses_the_call(log: SqliteEventLog) -> None:
    log.close()
    with pytest.raises(LogUnavailable, match="closed"):
        Intake(log, DeadLetters(log)).submit(Parsed((view(1),)), "web", NOON)


def test_a_caller_who_went_away_costs_nothing(log: SqliteEventLog) -> None:
    future = Intake(log, DeadLetters(log)).submit(Parsed((view(1),)), "web", NOON)
    future.cancel()
    assert Intake(log, DeadLetters(log)).take(Parsed((view(2),)), "web", NOON).accepted == 1
