"""Subjects: whom the events after a position are about, and who was erased after it.

A position that is none of this log, such as that of a graph half copied, counts as its start: nothing was read.
"""

from graph.ids import CustomerId
from graph.log.event_log import Position
from graph.log.sqlite_log import SqliteEventLog

__all__ = ["erased_after", "subjects_after"]


def subjects_after(log: SqliteEventLog, position: Position) -> frozenset[CustomerId]:
    """The customers who have events after `position`, those erased since among them."""
    return _customers(log, "SELECT DISTINCT customer FROM event WHERE seq > ? AND customer IS NOT NULL", position)


def erased_after(log: SqliteEventLog, position: Position) -> frozenset[CustomerId]:
    """The customers whose last erasure lies after `position`, whatever they did since: what was read of the log until
    there does not know of it. The erasure is the first event that is left of a customer."""
    return _customers(
        log,
        "SELECT customer FROM erasure WHERE (SELECT min(seq) FROM event WHERE event.customer = erasure.customer) > ?",
        position,
    )


def _customers(log: SqliteEventLog, statement: str, position: Position) -> frozenset[CustomerId]:
    seq = int(position) if position.isdecimal() else 0
    return frozenset(CustomerId(customer) for (customer,) in log.select(statement, (seq,)))
