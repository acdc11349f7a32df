"""LogFile: log.db as any process may read it, whether the log is that file or the file is a topic's replica."""

import sqlite3
import threading
from pathlib import Path
from typing import Any, NamedTuple

from graph.errors import InvalidValue, LogUnavailable
from graph.events.codec import decode
from graph.ids import CustomerId
from graph.instants import Instant
from graph.log.event_log import LoggedEvent, Position
from graph.log.positions import last_read, position_of
from graph.log.schema import LOG_SCHEMA
from graph.sqlite_file import open_sqlite

__all__ = ["LogFile", "Removed"]


class Removed(NamedTuple):
    """events: how many retention has removed so far. before: all of them are older than this."""

    events: int
    before: Instant


class LogFile:
    """The reading side of a log, for any thread, while one process writes. A log that is no topic has one partition."""

    def __init__(self, path: Path, *, busy_seconds: float = 5.0) -> None:
        self.path = path
        self._reading = threading.Lock()
        self._reader: sqlite3.Connection | None = None
        try:
            self._reader = open_sqlite(path, LOG_SCHEMA, busy_seconds=busy_seconds, shrinks=True)
            found = self.select("SELECT name, partitions FROM topic")
        except sqlite3.Error as error:
            raise LogUnavailable(f"{path.name} cannot be read: {error}") from error
        self.topic: str | None = found[0][0] if found else None
        self.partitions: int = found[0][1] if found else 1

    def read(self, position: Position, limit: int = 1000) -> tuple[list[LoggedEvent], Position]:
        last = last_read(position, self.partitions)
        logged: list[LoggedEvent] = []
        for partition in range(self.partitions):
            share = -(-(limit - len(logged)) // (self.partitions - partition))
            rows = self.select(
                f"SELECT seq, schema, payload FROM event WHERE {self.after(partition)} ORDER BY seq LIMIT ?",
                (last[partition], share),
            )
            if rows:
                logged += [LoggedEvent(seq, decode(schema, payload)) for seq, schema, payload in rows]
                last[partition] = rows[-1][0]
        if not logged:
            if self.topic is None and last > last_read(self.end(), 1):
                raise InvalidValue("position", position, "one that this log has reached: it belongs to another log")
            return [], position
        return logged, position_of(last)

    def end(self) -> Position:
        return position_of(self.newest())

    def remaining(self, position: Position) -> tuple[int, Instant | None]:
        """How many numbers lie after `position`, from the first event there on, and when the first of these events was
        received."""
        count, oldest = 0, None
        last = last_read(position, self.partitions)
        for partition, newest in enumerate(self.newest()):
            first = self.select(
                f"SELECT seq, schema, payload FROM event WHERE {self.after(partition)} ORDER BY seq LIMIT 1",
                (last[partition],),
            )
            for seq, schema, payload in first:
                count += (newest - seq) // self.partitions + 1
                received = decode(schema, payload).received
                oldest = received if oldest is None else min(oldest, received)
        return count, oldest

    def customers_after(self, position: Position) -> frozenset[CustomerId]:
        """The customers of the events after `position`."""
        last = last_read(position, self.partitions)
        found: set[CustomerId] = set()
        for partition, seq in enumerate(last):
            rows = self.select(
                f"SELECT DISTINCT customer FROM event WHERE {self.after(partition)} AND customer IS NOT NULL",
                (seq,),
            )
            found.update(CustomerId(customer) for (customer,) in rows)
        return frozenset(found)

    def erasures(self) -> dict[CustomerId, Instant]:
        """When each customer who was erased was erased last."""
        return {CustomerId(customer): Instant(at) for customer, at in self.select("SELECT customer, at FROM erasure")}

    def removed(self) -> Removed | None:
        """What retention has removed; None where the log is whole."""
        found = self.select("SELECT removed, before FROM retention WHERE removed > 0")
        return Removed(found[0][0], Instant(found[0][1])) if found else None

    def select(self, statement: str, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        """Rows of the file, as of the newest commit."""
        with self._reading:
            if self._reader is None:
                raise LogUnavailable(f"{self.path.name} is closed")
            try:
                return self._reader.execute(statement, values).fetchall()
            except sqlite3.Error as error:
                raise LogUnavailable(f"{self.path.name} cannot be read: {error}") from error

    def close(self) -> None:
        with self._reading:
            reader, self._reader = self._reader, None
            if reader is not None:
                reader.close()

    def after(self, partition: int) -> str:
        """The SQL condition of the events of a partition that come after a number."""
        if self.partitions == 1:
            return "seq > ?"
        return f"(seq - 1) % {self.partitions} = {partition} AND seq > ?"

    def newest(self) -> list[int]:
        """The number of the newest event of each partition, 0 where there is none."""
        newest = "SELECT coalesce(max(seq), 0) FROM event WHERE {}"
        return [self.select(newest.format(self.after(one)), (0,))[0][0] for one in range(self.partitions)]
