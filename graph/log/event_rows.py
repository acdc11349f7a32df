"""What one event becomes in log.db: a new row, its new lines only, or nothing where it is known."""

import sqlite3
from collections.abc import Iterable, Sequence
from itertools import repeat

from msgspec.structs import replace

from graph.events.codec import decode, encode
from graph.events.family import SCHEMA, Erased, Event, Linked, Purchased
from graph.identity.mirroring import with_both_ends
from graph.ids import CustomerId
from graph.instants import Instant
from graph.interactions import key_parts
from graph.log.event_log import Appended, LoggedEvent

__all__ = ["Erasures", "insert_events", "read_erasures"]

Erasures = dict[CustomerId, Instant]
"""Until when each erased customer's events count as known."""

_KNOWN = Appended(None)

_INSERT = (
    "INSERT INTO event (seq, customer, source, id, at, schema, payload) VALUES (?, ?, ?, ?, ?, ?, ?) "
    "ON CONFLICT (source, id) DO NOTHING"
)
_EVENT = "SELECT schema, payload FROM event WHERE source = ? AND id = ?"
_INSERT_ORDER = "INSERT INTO order_event (source, order_id, seq) VALUES (?, ?, ?)"
_ORDER_EVENTS = (
    "SELECT event.schema, event.payload FROM order_event JOIN event USING (seq) "
    "WHERE order_event.source = ? AND order_event.order_id = ?"
)
_ANY_SEEN = "SELECT EXISTS (SELECT 1 FROM seen)"
_SEEN = "SELECT 1 FROM seen WHERE source = ? AND id = ?"
_SEEN_LINES = "SELECT line FROM seen_line WHERE source = ? AND order_id = ?"
_FORGET = (
    "DELETE FROM event WHERE customer = ?",
    "DELETE FROM answer WHERE customer = ?",
    "DELETE FROM dead_letter WHERE customer = ?",
    "DELETE FROM seen WHERE customer = ?",
    "DELETE FROM seen_line WHERE customer = ?",
)


def insert_events(
    connection: sqlite3.Connection,
    events: Sequence[Event],
    payloads: Sequence[bytes],
    erasures: Erasures,
    seqs: Sequence[int] | None = None,
) -> list[Appended]:
    """Insert what is new of these events, in order, within the open transaction; `erasures` is kept up to date.

    `seqs` are their numbers; the file gives them where there are none."""
    cursor = connection.cursor()
    appended: list[Appended] = []
    some_seen = bool(cursor.execute(_ANY_SEEN).fetchone()[0])
    numbers: Iterable[int | None] = repeat(None, len(events)) if seqs is None else seqs
    for event, payload, number in zip(events, payloads, numbers, strict=True):
        customer = event.subject
        if _is_forgotten(customer, event, erasures):
            appended.append(_KNOWN)
            continue
        if some_seen and cursor.execute(_SEEN, (event.source, event.id)).fetchone() is not None:
            appended.append(_KNOWN)
            continue
        if isinstance(event, Purchased):
            fresh = _with_new_lines(cursor, event)
            if fresh is None:
                appended.append(_KNOWN)
                continue
            if fresh is not event:
                event, payload = fresh, encode(fresh)
        elif isinstance(event, Linked):
            if _is_forgotten(event.other, event, erasures) or _is_unsaid(cursor, event):
                appended.append(_KNOWN)
                continue
        elif isinstance(event, Erased):
            _forget(cursor, event)
            erasures[event.customer] = event.at
        cursor.execute(_INSERT, (number, customer, event.source, event.id, event.at, SCHEMA, payload))
        if cursor.rowcount == 0:
            appended.append(_KNOWN)
            continue
        seq = cursor.lastrowid or 0
        if isinstance(event, Purchased):
            cursor.execute(_INSERT_ORDER, (event.source, event.order, seq))
        appended.append(Appended(LoggedEvent(seq, event)))
    return appended


def read_erasures(connection: sqlite3.Connection) -> Erasures:
    return dict(connection.execute("SELECT customer, at FROM erasure"))


def _with_new_lines(cursor: sqlite3.Cursor, event: Purchased) -> Purchased | None:
    """The order without the lines already known; the event itself where all are new, None where none is."""
    known = {
        line.line
        for schema, payload in cursor.execute(_ORDER_EVENTS, (event.source, event.order)).fetchall()
        if isinstance(earlier := decode(schema, payload), Purchased)
        for line in earlier.lines
    }
    known.update(line for (line,) in cursor.execute(_SEEN_LINES, (event.source, event.order)))
    fresh = []
    for line in event.lines:
        if line.line not in known:
            known.add(line.line)
            fresh.append(line)
    if len(fresh) == len(event.lines):
        return event
    return replace(event, lines=tuple(fresh)) if fresh else None


def _is_forgotten(customer: CustomerId | None, event: Event, erasures: Erasures) -> bool:
    """Whether the customer was erased after this event."""
    return customer is not None and customer in erasures and event.at <= erasures[customer]


def _is_unsaid(cursor: sqlite3.Cursor, linked: Linked) -> bool:
    """Whether the event that is its evidence is in the log and does not say so: what was sent had its id, and counts as
    known."""
    source, name = key_parts(linked.evidence)
    stored = cursor.execute(_EVENT, (source, name)).fetchone()
    if stored is None:
        return False
    said = (one for one in with_both_ends([decode(*stored)]) if isinstance(one, Linked))
    return not any((one.customer, one.other, one.by) == (linked.customer, linked.other, linked.by) for one in said)


def _forget(cursor: sqlite3.Cursor, erased: Erased) -> None:
    rows = cursor.execute("SELECT seq, schema, payload FROM event WHERE customer = ?", (erased.customer,)).fetchall()
    orders = [
        (event.source, event.order, seq)
        for seq, schema, payload in rows
        if isinstance(event := decode(schema, payload), Purchased)
    ]
    cursor.executemany("DELETE FROM order_event WHERE source = ? AND order_id = ? AND seq = ?", orders)
    for statement in _FORGET:
        cursor.execute(statement, (erased.customer,))
    cursor.execute("INSERT OR REPLACE INTO erasure (customer, at) VALUES (?, ?)", (erased.customer, erased.at))
