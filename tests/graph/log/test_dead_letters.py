from pathlib import Path

from graph import Instant
from graph.events.refusal import Refusal
from graph.log.dead_letters import DeadLetters
from graph.log.sqlite_log import SqliteEventLog
from tests.graph.log.event_log_contract import ANN, erased

QUANTITY = Refusal(0, "quantity", "-1", "a number of 0 or more", '{"quantity": -1}', ANN)
BODY = Refusal(1, "body", "'{'", "JSON", "{")


def test_refusals_are_listed_newest_first_and_counted_by_source(tmp_path: Path) -> None:
    log = SqliteEventLog(tmp_path / "log.db")
    assert DeadLetters(log).keep([QUANTITY, BODY], "web", Instant(5)) == 2
    assert DeadLetters(log).keep([BODY], "till", Instant(6)) == 1
    log.close()
    log = SqliteEventLog(tmp_path / "log.db")
    letters = DeadLetters(log)
    assert [(one.source, one.received, one.refusal) for one in letters.newest(2)] == [
        ("till", 6, BODY),
        ("web", 5, BODY),
    ]
    assert letters.newest()[-1].refusal == QUANTITY
    assert letters.counts() == {"till": 1, "web": 2}
    log.close()


def test_forgetting_covers_refusals(tmp_path: Path) -> None:
    log = SqliteEventLog(tmp_path / "log.db")
    DeadLetters(log).keep([QUANTITY, BODY], "web", Instant(5))
    log.close()
    log = SqliteEventLog(tmp_path / "log.db")
    log.forget(erased("x", 50))
    assert [one.refusal for one in DeadLetters(log).newest()] == [BODY]
    log.close()
