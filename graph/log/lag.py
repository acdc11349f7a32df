"""Lag: how far a reader of the event log is behind its end."""

from typing import NamedTuple

from graph.instants import Instant
from graph.log.event_log import Position
from graph.log.log_file import LogFile

__all__ = ["Lag", "lag_of"]


class Lag(NamedTuple):
    """events: how many are logged after the reader's position, those forgotten since among them.
    oldest: when the first of them was received, None where there is none."""

    events: int
    oldest: Instant | None


def lag_of(log: LogFile, position: Position) -> Lag:
    """How far `position` is behind the log's end."""
    return Lag(*log.remaining(position))
