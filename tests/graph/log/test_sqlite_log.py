import os
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import closing
from pathlib import Path

import pytest

from graph import START, Appended, EventLog, InvalidValue, LoggedEvent, LogUnavailable, SchemaTooNew
from graph.log.answers import AnswerLedger
from graph.log.sqlite_log import SqliteEventLog
from tests.graph.log.event_log_contract import ANN, EventLogContract, erased, events_of, everything, order, view


class TestSqliteEventLog(EventLogContract):
    def open(self, path: Path) -> EventLog:
        return SqliteEventLog(path / "log.db", busy_seconds=1)


def test_a_file_of_a_later_schema_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    SqliteEventLog(path).close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(SchemaTooNew, match=r"log\.db: got 99, expected at most 2"):
        SqliteEventLog(path)


def test_a_row_of_a_later_schema_is_refused(tmp_path: Path) -> None:
    log = SqliteEventLog(tmp_path / "log.db")
    log.append([view(1)])
    log.close()
    connection = sqlite3.connect(tmp_path / "log.db")
    with connection:
        connection.execute("UPDATE event SET schema = 99")
    connection.close()
    log = SqliteEventLog(tmp_path / "log.db")
    with pytest.raises(SchemaTooNew):
        log.read(START)
    log.close()


def test_a_folder_that_is_not_there_is_an_unavailable_log(tmp_path: Path) -> None:
    with pytest.raises(LogUnavailable, match=r"log\.db"):
        SqliteEventLog(tmp_path / "missing" / "log.db")


def test_a_lock_held_too_long_fails_the_call_whole_and_the_next_one_works(tmp_path: Path) -> None:
    log = SqliteEventLog(tmp_path / "log.db", busy_seconds=0.05)
    other = sqlite3.connect(tmp_path / "log.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(LogUnavailable, match="locked"):
        log.append([view(1), view(2)])
    assert everything(log) == []
    other.execute("ROLLBACK")
    other.close()
    assert [one.duplicate for one in log.append([view(1), view(2)])] == [False, False]
    log.close()


_FULL_DISK = """
import resource, signal, sys
from pathlib import Path
sys.path[:0] = sys.argv[2:]
from tests.graph.log.event_log_contract import everything, view
from graph import LogUnavailable
from graph.log.sqlite_log import SqliteEventLog
log = SqliteEventLog(Path(sys.argv[1]))
log.append([view(1)])
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, resource.RLIM_INFINITY))
try:
    log.append([view(number) for number in range(2, 20_000)])
except LogUnavailable:
    print("unavailable", len(everything(log)))
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
log.append([view(2), view(3)])
print("kept", len(everything(log)))
log.close()
"""


def _paths() -> list[str]:
    return [str(Path(__file__).parents[3])]


def test_a_full_disk_keeps_nothing_of_the_call_and_the_writer_lives_on(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _FULL_DISK, str(tmp_path / "log.db"), *_paths()],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stdout.split("\n")[:2] == ["unavailable 1", "kept 3"], done.stderr


def test_an_event_that_cannot_be_stored_fails_alone_before_it_reaches_others(tmp_path: Path) -> None:
    log = SqliteEventLog(tmp_path / "log.db")
    with pytest.raises(InvalidValue, match="at: got"):
        log.submit([view(1, at=2**63)])
    with pytest.raises(InvalidValue, match="values that can be stored"):
        log.submit([view(1, source="\ud800")])
    assert log.append([view(2)])[0].logged is not None
    log.close()


def test_a_cancelled_call_is_dropped_and_the_others_go_on(tmp_path: Path) -> None:
    log = SqliteEventLog(tmp_path / "log.db", busy_seconds=5)
    other = sqlite3.connect(tmp_path / "log.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    first = log.submit([view(1)])
    while not first.running():
        time.sleep(0.001)
    second, third = log.submit([view(2)]), log.submit([view(3)])
    assert second.cancel()
    other.execute("ROLLBACK")
    other.close()
    assert first.result()[0].logged and third.result()[0].logged
    assert events_of(log) == [view(1), view(3)]
    log.close()


def test_on_commit_sees_new_events_in_order_before_the_caller_hears(tmp_path: Path) -> None:
    seen: list[LoggedEvent] = []
    delivered: list[Callable[[], None]] = []
    arrived = threading.Event()

    def deliver(finish: Callable[[], None]) -> None:
        delivered.append(finish)
        arrived.set()

    log = SqliteEventLog(tmp_path / "log.db", on_commit=seen.extend, deliver=deliver)
    future = log.submit([view(1), view(1), view(2)])
    assert arrived.wait(5)
    assert not future.done() and seen == []
    delivered[0]()
    assert [row.event for row in seen] == [view(1), view(2)]
    assert [one.duplicate for one in future.result(0)] == [False, True, False]
    log.close()


def test_an_on_commit_that_fails_costs_nobody_the_answer(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    def on_commit(logged: Sequence[LoggedEvent]) -> None:
        raise RuntimeError("no")

    log = SqliteEventLog(tmp_path / "log.db", on_commit=on_commit)
    assert log.append([view(1)])[0].logged is not None
    assert log.append([view(2)])[0].logged is not None
    log.close()
    assert "could not be handed on" in caplog.text


def test_many_calls_share_commits(tmp_path: Path) -> None:
    groups: list[int] = []
    log = SqliteEventLog(tmp_path / "log.db", on_commit=lambda logged: groups.append(len(logged)))
    other = sqlite3.connect(tmp_path / "log.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    futures: list[Future[list[Appended]]] = [log.submit([view(number)]) for number in range(300)]
    other.execute("ROLLBACK")
    other.close()
    for future in futures:
        future.result()
    log.close()
    assert sum(groups) == 300 and len(groups) <= 5


def test_another_process_reads_while_one_writes(tmp_path: Path) -> None:
    writer, reader = SqliteEventLog(tmp_path / "log.db"), SqliteEventLog(tmp_path / "log.db")
    writer.append([view(1)])
    assert events_of(reader) == [view(1)]
    writer.forget(erased("x", 50))
    assert [one.duplicate for one in reader.append([view(2)])] == [True], "an erasure holds in every process"
    writer.close()
    reader.close()


def test_what_was_forgotten_is_in_no_file_any_more(tmp_path: Path) -> None:
    log = SqliteEventLog(tmp_path / "log.db")
    ledger = AnswerLedger(log)
    secret = order("o1", "the-secret-order", [f"secret-product-{number}#1" for number in range(300)])
    log.append([secret, *(view(number) for number in range(100))])
    assert ledger.record("r1", ANN, view(1).at, b"secret answer" * 500)
    log.forget(erased("x", 50))
    log.append([])
    found = [path.name for path in tmp_path.iterdir() if b"secret" in path.read_bytes()]
    log.close()
    assert found == []


_KILLED_WRITERS = """
import random, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from graph.log.sqlite_log import SqliteEventLog
from tests.graph.killed import killed_at_random
from tests.graph.log.event_log_contract import view

def write(number, report):
    log = SqliteEventLog(Path(sys.argv[1]))
    number *= 1_000_000
    while True:
        log.append([view(number), view(number + 1), view(number + 2)])
        report.write(f"{number}\\n")
        number += 3

print(*killed_at_random(write, rounds=20, longest=0.1, rng=random.Random(5)), sep="\\n")
"""


def test_kill_9_of_the_writer_20_times_loses_and_doubles_nothing(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _KILLED_WRITERS, str(tmp_path / "log.db"), *_paths()],
        capture_output=True,
        text=True,
        timeout=60,
    )
    acknowledged = [int(line) for line in done.stdout.split()]
    log = SqliteEventLog(tmp_path / "log.db")
    held = [row.event.at for row in everything(log)]
    log.close()
    assert len({number // 1_000_000 for number in acknowledged}) == 20, done.stderr
    assert len(held) == len(set(held))
    assert {number + step for number in acknowledged for step in range(3)} <= set(held)
    assert len(held) % 3 == 0, "a call is kept whole or not at all"


def test_a_reader_in_the_way_delays_what_is_forgotten_and_no_further_write_is_needed(tmp_path: Path) -> None:
    log = SqliteEventLog(tmp_path / "log.db")
    log.append([order("o1", "the-secret-order", ["secret-product#1"])])
    with closing(sqlite3.connect(log.path)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM event").fetchone()
        log.forget(erased("x", 50))
        assert _holding(tmp_path, b"secret")
    ends = time.monotonic() + 30
    while _holding(tmp_path, b"secret") and time.monotonic() < ends:
        time.sleep(0.05)
    assert _holding(tmp_path, b"secret") == []
    log.close()


def _holding(folder: Path, text: bytes) -> list[str]:
    return [path.name for path in folder.iterdir() if text in path.read_bytes()]


def test_no_file_handle_is_left_open(tmp_path: Path) -> None:
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(3):
        SqliteEventLog(tmp_path / "log.db").close()
    assert len(os.listdir("/proc/self/fd")) == before
