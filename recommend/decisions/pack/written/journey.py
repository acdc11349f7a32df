"""Journey: steps over days towards a goal, which ends at once where the customer gets there or wants out."""

from dataclasses import field
from enum import StrEnum
from typing import Annotated

from pydantic import Field
from pydantic.dataclasses import dataclass

from graph.instants import DAY
from recommend.decisions.pack.written.about import STRICT
from recommend.decisions.pack.written.event_pattern import EventPattern
from recommend.decisions.pack.written.policy import Clock
from recommend.decisions.pack.written.values import Name, Span, Words

__all__ = ["Exit", "Journey", "Otherwise", "Step"]


class Otherwise(StrEnum):
    """What becomes of a step that may not be taken, or is not worth it, when its time has come."""

    RETRY = "retry"
    SKIP = "skip"
    STOP = "stop"


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Exit(EventPattern):
    """An event that ends the journey, whichever channel and device of the customer it comes from."""

    goal: bool = False
    """Whether that is what the journey is for."""


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Step:
    """wait: since the start or the step before. at: not before that time of day, where the customer lives."""

    action: str
    wait: Span
    at: Clock | None = None
    if_blocked: Otherwise = Otherwise.SKIP
    if_outbid: Otherwise = Otherwise.SKIP
    retry_for: Span = DAY


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Journey:
    """A journey by its id. A customer is in it once at a time; one begun goes on by the version it began with."""

    title: Words
    starts: EventPattern
    steps: Annotated[dict[Name, Step], Field(min_length=1)]
    exits: Annotated[dict[Name, Exit], Field(min_length=1)]
    again_after: Span = 7 * DAY
    pause_while: tuple[str, ...] = field(default_factory=tuple)
    """States, such as an open complaint, while which no step is taken."""
