"""EventLog: the durable record of every event, in one order per customer."""

from collections.abc import Sequence
from concurrent.futures import Future
from typing import NamedTuple, NewType, Protocol

from graph.events.family import Erased, Event

__all__ = ["START", "Appended", "EventLog", "LoggedEvent", "Position"]

Position = NewType("Position", str)
"""Where a reader stands in the log: opaque, only ever handed back to `read`."""

START = Position("")
"""Before the first event."""


class LoggedEvent(NamedTuple):
    """An event with its number in the log: larger for every later event of the same customer."""

    seq: int
    event: Event


class Appended(NamedTuple):
    """What became of one event handed to `append`.

    logged: the event as the log holds it (an order that was partly known keeps only its new lines), None where all of
        it was known already.
    """

    logged: LoggedEvent | None

    @property
    def duplicate(self) -> bool:
        return self.logged is None


class EventLog(Protocol):
    """Append is durable when it returns; a log may repeat, so every reader is idempotent by event id.

    Numbers (`seq`) are never used twice, not even after `forget`.
    """

    def append(self, events: Sequence[Event]) -> list[Appended]:
        """Make these events durable, in this order; the answer has one entry an event.

        An event is known by (source, id), an order's line also by `line_key`; what an erased customer did before the
        erasure counts as known. On LogUnavailable the caller may send all of it again: what was kept counts as known.
        """
        ...

    def submit(self, events: Sequence[Event]) -> Future[list[Appended]]:
        """`append` without waiting: many callers share one commit. The future resolves after the log's `on_commit` has
        seen the logged events of the whole group, in seq order."""
        ...

    def read(self, position: Position, limit: int = 1000) -> tuple[list[LoggedEvent], Position]:
        """At most `limit` events after `position`, and the position after them (the same one at the end).

        InvalidValue for a position that this log has never given out, as far as can be told."""
        ...

    def end(self) -> Position:
        """The position after the newest durable event."""
        ...

    def forget(self, erased: Erased) -> Appended:
        """Remove every event, recorded answer and refusal of a customer for good and append `erased`, which tells the
        readers; it is all that stays."""
        ...

    def close(self) -> None: ...
