"""Subjects: whom a reader of the log who stopped at a position has not heard of yet."""

from pathlib import Path

from graph import START, Position
from graph.log.sqlite_log import SqliteEventLog
from graph.log.subjects import erased_after, subjects_after
from tests.graph.log.event_log_contract import ANN, erased, view


def test_an_erasure_counts_until_it_is_read_whatever_comes_after_it(tmp_path: Path) -> None:
    log = SqliteEventLog(tmp_path / "log.db")
    log.append([view(1)])
    before = log.end()
    assert (erased_after(log, START), subjects_after(log, before)) == (frozenset(), frozenset())
    log.append([erased("e2", 2)])
    at = log.end()
    log.append([view(3)])
    assert erased_after(log, START) == erased_after(log, before) == subjects_after(log, at) == {ANN}
    assert erased_after(log, at) == subjects_after(log, log.end()) == frozenset()
    log.close()


def test_a_reader_whose_position_is_none_of_the_log_has_heard_of_nobody(tmp_path: Path) -> None:
    log = SqliteEventLog(tmp_path / "log.db")
    log.append([view(1)])
    log.append([erased("e2", 2)])
    half_copied = Position("copy:2:1,0,0,0,1,0:1")
    assert erased_after(log, half_copied) == subjects_after(log, half_copied) == {ANN}
    log.close()
