"""Commits: the writing connection of log.db, one transaction for many calls, and their answers."""

import logging
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path

from graph.errors import LogUnavailable, PatronError
from graph.events.family import Erased, Event
from graph.log.event_log import Appended, LoggedEvent
from graph.log.event_rows import Erasures, insert_events, read_erasures
from graph.log.file_log import Aside
from graph.log.schema import LOG_SCHEMA
from graph.sqlite_file import open_sqlite, transaction

__all__ = ["Call", "Commits", "Deliver", "OnCommit"]

_logger = logging.getLogger(__name__)

OnCommit = Callable[[Sequence[LoggedEvent]], None]
"""Sees the newly logged events of one commit, in the order of the log."""

Deliver = Callable[[Callable[[], None]], None]
"""Runs a function where the caller wants it run, such as ``loop.call_soon_threadsafe``."""


@dataclass(eq=False)
class Call:
    """Events to be written together; `seqs` numbers them where somebody else does."""

    events: Sequence[Event]
    payloads: Sequence[bytes]
    seqs: Sequence[int] | None = None
    future: Future[list[Appended]] = field(default_factory=Future)


class Commits:
    """For one thread. Raises SchemaTooNew, and LogUnavailable where the file cannot be opened.

    deliver: where `on_commit` and the futures of the calls are told (default: at once, in the writing thread).
    """

    def __init__(
        self,
        path: Path,
        on_commit: OnCommit | None,
        deliver: Deliver | None,
        busy_seconds: float,
        synchronous: str = "FULL",
    ) -> None:
        self.path = path
        self._on_commit = on_commit
        self._deliver: Deliver = deliver or _at_once
        self._busy_seconds = busy_seconds
        self._synchronous = synchronous
        self._erasures: Erasures = {}
        self._data_version = -1
        self.truncate_due = False
        self._connection: sqlite3.Connection | None = None
        try:
            self.connection()
        except sqlite3.Error as error:
            raise self._unavailable(error) from error

    def write(
        self,
        calls: Sequence[Call],
        asides: Sequence[Aside],
        also: Callable[[sqlite3.Connection], None] | None = None,
    ) -> None:
        """Make all of it durable in one transaction, in which `also` may write too, then answer the calls.

        LogUnavailable where that fails; nothing was kept and no call answered."""
        try:
            connection = self.connection()
            with transaction(connection):
                self._refresh_erasures(connection)
                answers = [
                    insert_events(connection, call.events, call.payloads, self._erasures, call.seqs) for call in calls
                ]
                _write_asides(connection, asides)
                if also is not None:
                    also(connection)
        except Exception as error:  # whatever it was, the thread lives on
            self.disconnect()
            raise self._unavailable(error) from error
        self._hand_on(calls, answers)
        self.truncate_due |= any(isinstance(event, Erased) for call in calls for event in call.events)
        self.truncate()

    def connection(self) -> sqlite3.Connection:
        """The writing connection, opened where it is not."""
        if self._connection is None:
            self._connection = open_sqlite(
                self.path,
                LOG_SCHEMA,
                synchronous=self._synchronous,
                busy_seconds=self._busy_seconds,
                shrinks=True,
            )
            self._data_version = -1
        return self._connection

    def disconnect(self) -> None:
        connection, self._connection = self._connection, None
        self._data_version = -1
        if connection is not None:
            connection.close()

    def _hand_on(self, calls: Sequence[Call], answers: list[list[Appended]]) -> None:
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

    def truncate(self) -> None:
        """Empty the write-ahead log where it holds what was forgotten; still due where a reader is in the way."""
        if not self.truncate_due:
            return
        try:
            connection = self.connection()
            connection.execute("PRAGMA busy_timeout = 0")
            busy = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
            connection.execute(f"PRAGMA busy_timeout = {int(self._busy_seconds * 1000)}")
        except (sqlite3.Error, PatronError):
            self.disconnect()
        else:
            self.truncate_due = bool(busy)

    def _unavailable(self, error: Exception) -> Exception:
        if isinstance(error, PatronError):
            return error
        return LogUnavailable(f"{self.path.name} cannot be written: {error}")


def _write_asides(connection: sqlite3.Connection, asides: Sequence[Aside]) -> None:
    for row in asides:
        try:
            connection.execute(row.statement, row.values)
        except (sqlite3.Error, ValueError, OverflowError):
            if not connection.in_transaction:  # SQLite took the events back too
                raise
            _logger.exception("a row beside the events was lost")


def _at_once(finish: Callable[[], None]) -> None:
    finish()
