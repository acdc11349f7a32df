"""SqliteEventLog: the event log in one SQLite file, durable by group commit."""

import sqlite3
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from graph.errors import InvalidValue, LogUnavailable
from graph.events.codec import decode
from graph.events.family import Erased, Event
from graph.ids import CustomerId
from graph.instants import Instant
from graph.log.event_log import START, Appended, LoggedEvent, Position
from graph.log.schema import LOG_SCHEMA
from graph.log.writer import Aside, Deliver, LogWriter, OnCommit
from graph.sqlite_file import open_sqlite

__all__ = ["SqliteEventLog"]

_INT64 = 2**63


class SqliteEventLog:
    """An EventLog that any thread may use, and that other processes may read while one writes.

    on_commit sees the newly logged events of each commit in seq order before the futures of its callers resolve;
    deliver says where that happens (default: on the writer thread). A write waits at most `busy_seconds` for another
    process's lock.
    """

    def __init__(
        self,
        path: Path,
        *,
        on_commit: OnCommit | None = None,
        deliver: Deliver | None = None,
        busy_seconds: float = 5.0,
    ) -> None:
        self.path = path
        self._writer = LogWriter(path, on_commit, deliver, busy_seconds)
        self._reading = threading.Lock()
        self._reader: sqlite3.Connection | None = open_sqlite(path, LOG_SCHEMA, busy_seconds=busy_seconds)

    def append(self, events: Sequence[Event]) -> list[Appended]:
        return self.submit(events).result()

    def submit(self, events: Sequence[Event]) -> Future[list[Appended]]:
        for event in events:  # what one caller cannot store must not reach the commit it shares with others
            if not -_INT64 <= event.at < _INT64:
                raise InvalidValue("at", event.at, "microseconds since 1970 in 64 bits")
        return self._writer.submit(events)

    def read(self, position: Position, limit: int = 1000) -> tuple[list[LoggedEvent], Position]:
        rows = self.select(
            "SELECT seq, schema, payload FROM event WHERE seq > ? ORDER BY seq LIMIT ?", (_seq_of(position), limit)
        )
        if not rows:
            if _seq_of(position) > _seq_of(self.end()):
                raise InvalidValue("position", position, "one that this log has reached: it belongs to another log")
            return [], position
        return [LoggedEvent(seq, decode(schema, payload)) for seq, schema, payload in rows], Position(str(rows[-1][0]))

    def erasures(self) -> dict[CustomerId, Instant]:
        """When each customer who was erased was erased last."""
        return {CustomerId(customer): Instant(at) for customer, at in self.select("SELECT customer, at FROM erasure")}

    def end(self) -> Position:
        newest = self.select("SELECT max(seq) FROM event")[0][0]
        return START if newest is None else Position(str(newest))

    def forget(self, erased: Erased) -> Appended:
        return self.append([erased])[0]

    def close(self) -> None:
        self._writer.close()
        with self._reading:
            reader, self._reader = self._reader, None
            if reader is not None:
                reader.close()

    def aside(self, row: Aside) -> bool:
        """Queue a row behind the events, for the answers and refusals in the file; False where there is no room."""
        return self._writer.aside(row)

    def select(self, statement: str, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        """Rows of the file, as of the newest commit."""
        with self._reading:
            if self._reader is None:
                raise LogUnavailable(f"{self.path.name} is closed")
            try:
                return self._reader.execute(statement, values).fetchall()
            except sqlite3.Error as error:
                raise LogUnavailable(f"{self.path.name} cannot be read: {error}") from error


def _seq_of(position: Position) -> int:
    if position == START:
        return 0
    if not position.isascii() or not position.isdigit():
        raise InvalidValue("position", position, "a position this log has given out")
    return int(position)
