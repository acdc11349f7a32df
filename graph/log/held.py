"""Held: everything the log's file has of one leaf identity, page by page, for those who ask what is kept of them."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from graph.events.codec import decode
from graph.ids import CustomerId
from graph.instants import Instant
from graph.log.dead_letters import DeadLetter, decode_refusal
from graph.log.event_log import LoggedEvent
from graph.log.log_file import LogFile

__all__ = ["RecordedAnswer", "answers_to", "events_about", "refused_of"]

PAGE = 500


class RecordedAnswer(NamedTuple):
    """An answer with its id, when it was given, microseconds UTC, and its row."""

    id: str
    at: Instant
    payload: bytes


def events_about(log: LogFile, customer: CustomerId) -> Iterator[list[LoggedEvent]]:
    """The events of a leaf in the log's order."""
    statement = "SELECT seq, seq, schema, payload FROM event WHERE customer = ? AND seq > ? ORDER BY seq LIMIT ?"
    for rows in _pages(log, statement, customer):
        yield [LoggedEvent(seq, decode(schema, payload)) for _, seq, schema, payload in rows]


def answers_to(log: LogFile, customer: CustomerId) -> Iterator[list[RecordedAnswer]]:
    """The recorded answers to a leaf, in the order they were written."""
    statement = "SELECT rowid, id, at, payload FROM answer WHERE customer = ? AND rowid > ? ORDER BY rowid LIMIT ?"
    for rows in _pages(log, statement, customer):
        yield [RecordedAnswer(id, Instant(at), bytes(payload)) for _, id, at, payload in rows]


def refused_of(log: LogFile, customer: CustomerId) -> Iterator[list[DeadLetter]]:
    """The refused messages that were about a leaf, as far as they said so."""
    statement = (
        "SELECT number, source, received, payload FROM dead_letter WHERE customer = ? AND number > ? "
        "ORDER BY number LIMIT ?"
    )
    for rows in _pages(log, statement, customer):
        yield [DeadLetter(number, source, at, decode_refusal(payload)) for number, source, at, payload in rows]


def _pages(log: LogFile, statement: str, customer: CustomerId) -> Iterator[list[tuple[Any, ...]]]:
    """Pages of rows whose first column rises."""
    after = 0
    while rows := log.select(statement, (customer, after, PAGE)):
        yield rows
        after = rows[-1][0]
