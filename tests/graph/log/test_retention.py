from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from graph import DAY, START, EventId, Instant
from graph.events.family import ConsentChanged
from graph.log.answers import AnswerLedger
from graph.log.file_log import FileLog
from graph.log.kafka.kafka_log import KafkaEventLog
from graph.log.retention import SEEN_DAYS, STEP, remove_old
from graph.log.sqlite_log import SqliteEventLog
from tests.graph.log.event_log_contract import ANN, BOB, erased, events_of, everything, order, view
from tests.graph.log.kafka_topics import Topics

NOW = Instant(1000 * DAY)
BEFORE = Instant(900 * DAY)
RECENT = Instant(950 * DAY)


def refusal_of_profiling() -> ConsentChanged:
    at = Instant(5)
    return ConsentChanged(
        id=EventId("c"), source="web", at=at, received=at, customer=ANN, consents={"profiling": False}
    )


@pytest.fixture(params=["sqlite", "kafka"])
def log(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[FileLog]:
    if request.param == "sqlite":
        opened: FileLog = SqliteEventLog(tmp_path / "log.db")
    else:
        topics: Topics = request.getfixturevalue("kafka_topics")
        opened = KafkaEventLog(tmp_path / "log.db", topics.address_for(tmp_path), partitions=2)
    with closing(opened) as log:
        yield log


def shorten(log: FileLog, now: Instant = NOW) -> int:
    return remove_old(log, BEFORE, now, [log.end(), log.end()], pause=lambda _: None)


def test_what_was_done_long_ago_goes_and_what_was_stated_or_is_recent_stays(log: FileLog) -> None:
    log.append([view(1), refusal_of_profiling(), view(2, BOB), erased("x", 3, BOB), order("o", "1", ["milk#1"])])
    log.append([view(10, at=RECENT), view(11, BOB, at=RECENT)])
    assert shorten(log) == 2
    assert events_of(log) == [
        refusal_of_profiling(),
        view(10, at=RECENT),
        erased("x", 3, BOB),
        view(11, BOB, at=RECENT),
    ]
    removed = log.removed()
    assert removed is not None and removed == (2, BEFORE)
    assert shorten(log) == 0


def test_what_went_stays_known_for_seven_days(log: FileLog) -> None:
    log.append([view(1), order("o1", "7", ["milk#1", "bread#1"]), view(10, at=RECENT)])
    assert shorten(log) == 2
    again = log.append([view(1), order("o1", "7", ["milk#1", "bread#1"]), order("o2", "7", ["bread#1"])])
    assert [one.duplicate for one in again] == [True, True, True]
    shorten(log, Instant(NOW + SEEN_DAYS * DAY))
    assert log.append([view(1)])[0].duplicate
    shorten(log, Instant(NOW + SEEN_DAYS * DAY + 1))
    assert not log.append([view(1)])[0].duplicate


def test_what_a_store_does_not_include_yet_stays(log: FileLog) -> None:
    log.append([view(1), view(2)])
    half = log.end()
    log.append([view(3), view(10, at=RECENT)])
    assert remove_old(log, BEFORE, NOW, [log.end(), START]) == 0
    assert remove_old(log, BEFORE, NOW, [log.end(), half]) == 2
    assert events_of(log) == [view(3), view(10, at=RECENT)]


def test_the_newest_event_stays_and_with_it_the_end_and_every_position(log: FileLog) -> None:
    log.append([view(number) for number in range(5)])
    end = log.end()
    assert shorten(log) == 4
    assert log.end() == end and log.read(end) == ([], end)
    told = log.append([view(9)])[0].logged
    assert told is not None and told.seq > everything(log)[0].seq


def test_an_erasure_forgets_what_was_removed_too(log: FileLog) -> None:
    log.append([view(1), order("o1", "7", ["milk#1"]), view(10, at=RECENT)])
    shorten(log)
    log.forget(erased("x", RECENT))
    assert log.select("SELECT * FROM seen") == log.select("SELECT * FROM seen_line") == []


def test_the_file_shrinks_and_old_answers_go_in_steps_that_leave_room_for_writers(tmp_path: Path) -> None:
    with closing(SqliteEventLog(tmp_path / "log.db")) as log:
        ledger = AnswerLedger(log)
        log.append([view(number, at=5) for number in range(4 * STEP)])
        assert ledger.record("old", ANN, Instant(5), b"x" * 200_000) and ledger.record("new", ANN, RECENT, b"y")
        log.append([view(100_000, at=RECENT)])
        pages = log.select("PRAGMA page_count")[0][0]
        between: list[bool] = []

        def write(_: float) -> None:
            between.append(log.append([view(200_000 + len(between), at=RECENT)])[0].duplicate)

        assert remove_old(log, BEFORE, NOW, [log.end()], [tmp_path / "log.db"], pause=write) == 4 * STEP
        assert len(between) >= 4 and not any(between)
        assert log.select("PRAGMA page_count")[0][0] < pages / 2
        assert ledger.get("old") is None and ledger.get("new") == b"y"
