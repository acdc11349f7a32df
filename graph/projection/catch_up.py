"""catch_up: bring a derived store to the end of the log."""

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from graph.log.event_log import LoggedEvent, Position

__all__ = ["Projection", "catch_up"]


class Readable(Protocol):
    """What an EventLog and a LogFile share."""

    def read(self, position: Position, limit: int = 1000) -> tuple[list[LoggedEvent], Position]: ...


class Projection(Protocol):
    """A store that is a fold of the log."""

    def position(self) -> Position:
        """The position the store includes."""
        ...

    def apply(self, logged: Sequence[LoggedEvent], position: Position) -> None:
        """Include these events and move to the position after them: all of it or nothing."""
        ...


def catch_up(
    log: Readable,
    projection: Projection,
    *,
    batch: int = 10_000,
    progress: Callable[[int], None] | None = None,
) -> Position:
    """Read on from the store's position until there is nothing more; the position reached.

    `progress` hears how many events each batch had. Stopped at any moment, even by kill -9, the next call goes on
    exactly where the store stands.
    """
    position = projection.position()
    while True:
        with _collector_paused():
            logged, position = log.read(position, batch)
            if not logged:
                return position
            projection.apply(logged, position)
        if progress is not None:
            progress(len(logged))


@contextmanager
def _collector_paused() -> Iterator[None]:
    # Events and profiles hold no cycles, but are so many that looking for some takes longer than folding them.
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
