"""EventPattern: which events a trigger, an outcome, a state or a journey waits for."""

from pydantic.dataclasses import dataclass

from recommend.decisions.pack.written.about import STRICT

__all__ = ["EventPattern"]


@dataclass(frozen=True, kw_only=True, config=STRICT)
class EventPattern:
    """Events of one name."""

    event: str
    when: str = ""
    """A condition that may name what the event says; any of that name where none is given."""
