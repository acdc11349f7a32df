"""LogWriter: the one thread that writes log.db, many callers' events to a commit."""

import logging
import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from graph.errors import InvalidValue, LogUnavailable, PatronError
from graph.events.codec import encode
from graph.events.family import Erased, Event
from graph.log.event_log import Appended, LoggedEvent
from graph.log.event_rows import Erasures, insert_events, read_erasures
from graph.log.schema import LOG_SCHEMA
from graph.sqlite_file import open_sqlite, transaction

__all__ = ["Aside", "Deliver", "LogWriter", "OnCommit"]

_logger = logging.getLogger(__name__)

OnCommit = Callable[[Sequence[LoggedEvent]], None]
"""Sees the newly logged events of one commit, in seq order."""

Deliver = Callable[[Callable[[], None]], None]
"""Runs a function where the caller wants it run, such as ``loop.call_soon_threadsafe``."""

MAX_GROUP = 10_000
"""Events after which a group is closed; one call is never split."""

MAX_WAITING = 100_000
"""Events waiting for the disk after which further calls are turned away."""

MAX_ASIDE = 10_000
ASIDE_A_GROUP = 500
ASIDE_LINGER = (
    0.05  # seconds rows wait for others to share their commit, so that answers alone do not keep the disk busy
)


class Aside(NamedTuple):
    """A row nobody waits for, written behind the events; a lost one is a pity and no more."""

    statement: str
    values: tuple[Any, ...]


@dataclass(eq=False)
class _Call:
    events: Sequence[Event]
    payloads: list[bytes]
    future: Future[list[Appended]] = field(default_factory=Future)


class LogWriter:
    """Takes calls from any thread; each commit holds all that were waiting for it.

    Raises SchemaTooNew, and LogUnavailable where the file cannot be opened.
    """

    def __init__(self, path: Path, on_commit: OnCommit | None, deliver: Deliver | None, busy_seconds: float) -> None:
        self._path = path
        self._on_commit = on_commit
        self._deliver: Deliver = deliver or _at_once
        self._busy_seconds = busy_seconds
        self._ready = threading.Condition()
        self._calls: deque[_Call] = deque()
        self._asides: deque[Aside] = deque()
        self._num_waiting = 0
        self._closed = False
        self._erasures: Erasures = {}
        self._data_version = -1
        self._truncate_due = False
        self._connection: sqlite3.Connection | None = None
        try:
            self._connected()
        except sqlite3.Error as error:
            raise self._unavailable(error) from error
        self._thread = threading.Thread(target=self._run, name=f"log writer {path.name}", daemon=True)
        self._thread.start()

    def submit(self, events: Sequence[Event]) -> Future[list[Appended]]:
        """The events' place in the log, once they are durable and `on_commit` has seen them."""
        call = _Call(tuple(events), [_encoded(event) for event in events])
        with self._ready:
            if self._closed:
                raise LogUnavailable(f"{self._path.name} is closed")
            if self._num_waiting and self._num_waiting + len(events) > MAX_WAITING:
                raise LogUnavailable(f"{self._path.name}: {self._num_waiting} events are waiting for the disk already")
            self._calls.append(call)
            self._num_waiting += len(events)
            self._ready.notify()
        return call.future

    def aside(self, row: Aside) -> bool:
        """Queue a row behind the events; False, and nothing kept, where the queue is full or closed."""
        with self._ready:
            if self._closed or len(self._asides) >= MAX_ASIDE:
                return False
            self._asides.append(row)
            if len(self._asides) == 1:
                self._ready.notify()
        return True

    def close(self) -> None:
        """Write what is queued, then end."""
        with self._ready:
            self._closed = True
            self._ready.notify()
        self._thread.join()

    def _run(self) -> None:
        while True:
            calls, asides = self._next_group()
            if not calls and not asides:
                break
            self._commit([call for call in calls if call.future.set_running_or_notify_cancel()], asides)
        self._disconnect()

    def _next_group(self) -> tuple[list[_Call], list[Aside]]:
        """What shares the next commit; nothing at all when the writer is closed and done."""
        with self._ready:
            self._ready.wait_for(lambda: self._calls or self._asides or self._closed)
            if not self._calls:
                self._ready.wait_for(lambda: self._calls or self._closed, ASIDE_LINGER)
            calls: list[_Call] = []
            num_events = 0
            while self._calls and (not calls or num_events + len(self._calls[0].events) <= MAX_GROUP):
                calls.append(self._calls.popleft())
                num_events += len(calls[-1].events)
            self._num_waiting -= num_events
            asides = [self._asides.popleft() for _ in range(min(ASIDE_A_GROUP, len(self._asides)))]
        return calls, asides

    def _commit(self, calls: list[_Call], asides: list[Aside]) -> None:
        try:
            connection = self._connected()
            with transaction(connection):
                self._refresh_erasures(connection)
                answers = [insert_events(connection, call.events, call.payloads, self._erasures) for call in calls]
                _write_asides(connection, asides)
        except Exception as error:  # whatever it was, its callers hear of it and the thread lives on
            self._disconnect()
            unavailable = self._unavailable(error)
            _logger.error("%s: %d calls refused, %d rows beside them lost", unavailable, len(calls), len(asides))
            for call in calls:
                call.future.set_exception(unavailable)
            return
        self._deliver_answers(calls, answers)
        self._truncate_due |= any(isinstance(event, Erased) for call in calls for event in call.events)
        if self._truncate_due:
            self._truncate(connection)

    def _deliver_answers(self, calls: list[_Call], answers: list[list[Appended]]) -> None:
        def resolve() -> None:
            for call, answer in zip(calls, answers, strict=True):
                if not call.future.done():
                    call.future.set_result(answer)

        def finish() -> None:
            try:
                logged = [appended.logged for answer in answers for appended in answer if appended.logged is not None]
                if logged and self._on_commit is not None:
                    self._on_commit(logged)
            finally:
                resolve()

        try:
            self._deliver(finish)
        except Exception:  # the loop is gone or `on_commit` failed: what is durable is acknowledged all the same
            _logger.exception("the events of a commit could not be handed on")
            resolve()

    def _refresh_erasures(self, connection: sqlite3.Connection) -> None:
        version = connection.execute("PRAGMA data_version").fetchone()[0]
        if version != self._data_version:
            self._erasures = read_erasures(connection)
            self._data_version = version

    def _truncate(self, connection: sqlite3.Connection) -> None:
        """Empty the write-ahead log, which still holds what was forgotten; again later where a reader is in the way."""
        try:
            connection.execute("PRAGMA busy_timeout = 0")
            busy = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
            connection.execute(f"PRAGMA busy_timeout = {int(self._busy_seconds * 1000)}")
        except sqlite3.Error:
            self._disconnect()
        else:
            self._truncate_due = bool(busy)

    def _connected(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = open_sqlite(self._path, LOG_SCHEMA, busy_seconds=self._busy_seconds)
            self._data_version = -1
        return self._connection

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        self._data_version = -1
        if connection is not None:
            connection.close()

    def _unavailable(self, error: Exception) -> Exception:
        if isinstance(error, PatronError):
            return error
        return LogUnavailable(f"{self._path.name} cannot be written: {error}")


def _encoded(event: Event) -> bytes:
    try:
        return encode(event)
    except (ValueError, OverflowError, TypeError) as error:
        raise InvalidValue("event", event.id, f"values that can be stored ({error})") from error


def _write_asides(connection: sqlite3.Connection, asides: list[Aside]) -> None:
    for row in asides:
        try:
            connection.execute(row.statement, row.values)
        except (sqlite3.Error, ValueError, OverflowError):
            if not connection.in_transaction:  # SQLite took the events back too
                raise
            _logger.exception("a row beside the events was lost")


def _at_once(finish: Callable[[], None]) -> None:
    finish()
