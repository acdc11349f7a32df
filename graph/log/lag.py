"""Lag: how far a reader of the event log is behind its end."""

from typing import NamedTuple

from graph.instants import Instant
from graph.log.event_log import EventLog, Position

__all__ = ["Lag", "lag_of"]


class Lag(NamedTuple):
    """events: how many are logged after the reader's position, those forgotten since among them.
    oldest: when the first of them was received, None where there is none."""

    events: int
    oldest: Instant | None


def lag_of(log: EventLog, position: Position) -> Lag:
    """How far `position` is behind the end of a log whose positions are numbers."""
    logged, after = log.read(position, 1)
    if not logged:
        return Lag(0, None)
    return Lag(int(log.end()) - int(after) + 1, logged[0].event.received)
