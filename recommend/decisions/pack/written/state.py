"""State: something that holds of a customer from one event to another, such as an open complaint or an outage."""

from pydantic.dataclasses import dataclass

from recommend.decisions.pack.written.about import STRICT
from recommend.decisions.pack.written.event_pattern import EventPattern
from recommend.decisions.pack.written.values import Span, Words

__all__ = ["NEVER", "State"]

NEVER = "never"


@dataclass(frozen=True, kw_only=True, config=STRICT)
class State:
    """Kept whatever a customer refused, as stated wishes are: it is there to spare them. Rules say `state.<id>`.

    Two that are open at once, told apart by `key`, need two closures.
    """

    title: Words
    opens: EventPattern | None = None
    closes: EventPattern | None = None
    key: str = ""
    """The attribute that tells one from another, such as `event.incident`."""
    trait: str = ""
    """A trait that says it instead of events: it holds while that is true."""
    lapses: Span | str = NEVER
    """How long after it opened it ends by itself, or `never`."""
