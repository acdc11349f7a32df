"""Retention: what customers did too long ago goes from log.db, a step at a time, once every store includes it."""

import sqlite3
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

from graph.errors import LogUnavailable
from graph.events.codec import decode
from graph.events.family import (
    AccountEvent,
    BehaviourEvent,
    Bounced,
    Decided,
    Delivered,
    Event,
    Opened,
    OutcomeReported,
    Purchased,
)
from graph.files.durable import sync
from graph.instants import DAY, Instant
from graph.log.event_log import Position
from graph.log.log_file import LogFile
from graph.log.positions import last_read
from graph.log.schema import LOG_SCHEMA
from graph.sqlite_file import open_sqlite, transaction

__all__ = ["SEEN_DAYS", "remove_old"]

SEEN_DAYS = 7
"""How long an event stays known after retention has removed it."""

STEP = 500
"""Events a transaction removes: writers wait a moment at most."""

PAGES_A_STEP = 250
PAUSE_SECONDS = 0.02

PASSING = (BehaviourEvent, AccountEvent, Decided, Delivered, Opened, Bounced, OutcomeReported)
"""What is removed. What was stated stays: consents, wishes, links, traits, groups, the catalogue, erasures."""

_SEEN = "INSERT OR REPLACE INTO seen (source, id, customer, removed) VALUES (?, ?, ?, ?)"
_SEEN_LINE = "INSERT OR REPLACE INTO seen_line (source, order_id, line, customer, removed) VALUES (?, ?, ?, ?, ?)"
_COUNT = (
    "INSERT INTO retention (one, before, removed) VALUES (1, ?1, ?2) "
    "ON CONFLICT (one) DO UPDATE SET before = max(before, excluded.before), removed = removed + excluded.removed"
)


def remove_old(
    log: LogFile,
    before: Instant,
    now: Instant,
    included: Sequence[Position],
    stores: Sequence[Path] = (),
    pause: Callable[[float], object] = time.sleep,
) -> int:
    """Remove what happened before `before` of what every store includes, and answers and refusals as old; how many
    events went.

    included: where each store that is a fold of the log stands; `stores` are those of them that are files, which are
    forced to the disk first. The newest event of each partition stays. What went stays known for 7 days.
    """
    for store in stores:
        for path in (store.with_name(f"{store.name}-wal"), store):
            if path.exists():
                sync(path)
    bounds = [
        min(*(last_read(position, log.partitions)[partition] for position in included), newest - 1)
        for partition, newest in enumerate(log.newest())
    ]
    try:
        with closing(open_sqlite(log.path, LOG_SCHEMA, synchronous="NORMAL")) as connection:
            removed = sum(
                _remove(connection, log.after(partition), bound, before, now, pause)
                for partition, bound in enumerate(bounds)
            )
            for table, moment in (("answer", "at"), ("dead_letter", "received")):
                _remove_beside(connection, table, moment, before, pause)
            with transaction(connection):
                for table in ("seen", "seen_line"):
                    connection.execute(f"DELETE FROM {table} WHERE removed < ?", (now - SEEN_DAYS * DAY,))
            _give_back(connection, pause)
    except sqlite3.Error as error:
        raise LogUnavailable(f"{log.path.name} cannot be written: {error}") from error
    return removed


def _remove(
    connection: sqlite3.Connection,
    after: str,
    bound: int,
    before: Instant,
    now: Instant,
    pause: Callable[[float], object],
) -> int:
    total, seq = 0, 0
    while True:
        rows = connection.execute(
            f"SELECT seq, customer, schema, payload FROM event WHERE {after} AND seq <= ? AND at < ? "
            "ORDER BY seq LIMIT ?",
            (seq, bound, before, STEP),
        ).fetchall()
        if not rows:
            return total
        seq = rows[-1][0]
        gone = [
            (number, customer, event)
            for number, customer, schema, payload in rows
            if isinstance(event := decode(schema, payload), PASSING)
        ]
        if gone:
            with transaction(connection):
                total += _forget(connection, gone, before, now)
            pause(PAUSE_SECONDS)


def _forget(
    connection: sqlite3.Connection, gone: Sequence[tuple[int, str | None, Event]], before: Instant, now: Instant
) -> int:
    """Remove these events; how many were still there."""
    removed = 0
    for seq, customer, event in gone:
        if not connection.execute("DELETE FROM event WHERE seq = ?", (seq,)).rowcount:
            continue  # the customer was erased meanwhile
        removed += 1
        connection.execute(_SEEN, (event.source, event.id, customer, now))
        if isinstance(event, Purchased):
            connection.execute(
                "DELETE FROM order_event WHERE source = ? AND order_id = ? AND seq = ?",
                (event.source, event.order, seq),
            )
            lines = [(event.source, event.order, line.line, customer, now) for line in event.lines]
            connection.executemany(_SEEN_LINE, lines)
    connection.execute(_COUNT, (before, removed))
    return removed


def _remove_beside(
    connection: sqlite3.Connection, table: str, moment: str, before: Instant, pause: Callable[[float], object]
) -> None:
    """Remove rows from the table's start on, where the oldest lie."""
    while True:
        rows = connection.execute(f"SELECT rowid, {moment} FROM {table} ORDER BY rowid LIMIT ?", (STEP,)).fetchall()
        old = [(row,) for row, at in rows if at < before]
        if not old:
            return
        with transaction(connection):
            connection.executemany(f"DELETE FROM {table} WHERE rowid = ?", old)
        pause(PAUSE_SECONDS)


def _give_back(connection: sqlite3.Connection, pause: Callable[[float], object]) -> None:
    """Give freed pages back to the disk, where the file was made to: an older one uses them again itself."""
    if connection.execute("PRAGMA auto_vacuum").fetchone()[0] != 2:
        return
    free = connection.execute("PRAGMA freelist_count").fetchone()[0]
    while free > 0:
        connection.execute(f"PRAGMA incremental_vacuum({PAGES_A_STEP})").fetchall()
        left = connection.execute("PRAGMA freelist_count").fetchone()[0]
        if left == free:
            return
        free = left
        pause(PAUSE_SECONDS)
