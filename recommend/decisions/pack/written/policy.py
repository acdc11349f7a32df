"""Policy: what `policy.yaml` says: whether a customer may be contacted at all, apart from whether it is worth it."""

from dataclasses import field
from datetime import time
from enum import StrEnum
from typing import Annotated

from pydantic import BeforeValidator, Field, WithJsonSchema
from pydantic.dataclasses import dataclass

from graph.identity.wishes import MessageKind
from graph.instants import DAY
from recommend.decisions.pack.written.about import STRICT
from recommend.decisions.pack.written.action import ActionKind
from recommend.decisions.pack.written.values import Money, Name, Share, Span, Words, parse_span

__all__ = [
    "Answer",
    "Cap",
    "CoolOff",
    "Counted",
    "Fatigue",
    "Over",
    "Policy",
    "QuietHours",
    "Reach",
    "ServiceFirst",
    "Suppression",
]


class Counted(StrEnum):
    """From when on a contact counts: when it was decided, when it was delivered, when it was seen."""

    DECIDED = "decided"
    DELIVERED = "delivered"
    SEEN = "seen"


class Answer(StrEnum):
    """How a customer did not take something up. IGNORED: delivered, and nothing came of it in the channel's time."""

    DECLINED = "declined"
    DISMISSED = "dismissed"
    IGNORED = "ignored"


class Over(StrEnum):
    """What a refusal speaks about: this action, those of its group, of its topic, or all."""

    ACTION = "action"
    GROUP = "group"
    TOPIC = "topic"
    ALL = "all"


class Scope(StrEnum):
    SLOT = "slot"
    DECISION = "decision"


def _clock(told: object) -> time:
    try:
        return time.fromisoformat(str(told))
    except ValueError:
        raise ValueError('a time of day such as "21:00", in quotes') from None


Clock = Annotated[
    time, BeforeValidator(_clock), WithJsonSchema({"type": "string", "pattern": "^[0-2][0-9]:[0-5][0-9]$"})
]
Times = Annotated[int, Field(ge=1, le=1000, strict=True)]
WINDOWS = "30m to 1100d, today, this_week or this_month"


def _window(told: object) -> str:
    if told in ("today", "this_week", "this_month"):
        return str(told)
    if parse_span(told) is None:
        raise ValueError(WINDOWS)
    return str(told)


Window = Annotated[
    str,
    BeforeValidator(_window),
    WithJsonSchema({"type": "string", "pattern": "^([1-9][0-9]{0,4} ?[mhd]|today|this_week|this_month)$"}),
]


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Reach:
    """Which actions something speaks about: those that meet every key it has; without any, all."""

    natures: tuple[MessageKind, ...] = ()
    kinds: tuple[ActionKind, ...] = ()
    topics: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Cap:
    """At most so many contacts in a window of time; `7d` rolls, `this_week` begins on Monday, where the customer is.

    What is transactional neither counts nor is held back, unless `of` names that nature.
    """

    at_most: Times
    per: Window
    counts: Counted = Counted.DELIVERED
    of: Reach = field(default_factory=Reach)
    each: Over = Over.ALL
    """Counted together, or for each action, group or topic by itself."""


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Refusals:
    """So many answers, one after the other without a better one between, within a time."""

    times: Times = 3
    of: tuple[Answer, ...] = (Answer.DECLINED, Answer.DISMISSED, Answer.IGNORED)
    within: Span = 30 * DAY


@dataclass(frozen=True, kw_only=True, config=STRICT)
class CoolOff:
    """After so many refusals nothing alike for a while."""

    after: Refusals
    lasts: Span
    over: Over = Over.GROUP
    natures: tuple[MessageKind, ...] = (MessageKind.MARKETING,)


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Suppression:
    """While a condition holds, only what it allows, or nothing of what it forbids. Where what it reads cannot be looked
    up, it holds; a value that was never there makes it not hold, unless `absent` says so."""

    when: str
    why: Words
    allows: Reach | None = None
    forbids: Reach | None = None
    absent: bool = False
    """Whether it holds for somebody of whom what it reads is not known."""


@dataclass(frozen=True, kw_only=True, config=STRICT)
class QuietHours:
    """When nothing goes out where the customer lives, but what is transactional, unless `of` names that nature."""

    begins: Clock
    ends: Clock
    of: Reach = field(default_factory=Reach)


@dataclass(frozen=True, kw_only=True, config=STRICT)
class ServiceFirst:
    """While anything of the first natures is permitted, what is held waits, whatever it is worth.

    A neutral action neither holds anything nor is held.
    """

    natures: tuple[MessageKind, ...] = (MessageKind.TRANSACTIONAL, MessageKind.SERVICE)
    holds: tuple[MessageKind, ...] = (MessageKind.MARKETING,)
    scope: Scope = Scope.SLOT


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Fatigue:
    """What one more contact costs in good will, in money: for each lately, by `half_life`, more where dismissed."""

    each_contact: Money = Money(0)
    each_dismissal: Money = Money(0)
    half_life: Span = 7 * DAY
    spreads: dict[Over, Share] = field(default_factory=lambda: {Over.ACTION: 1.0})
    """How far a dismissal reaches: all of it on the action itself, a part on its group or topic."""


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Policy:
    """The file `policy.yaml`. Every rule has a name, by which an explanation says what removed an action."""

    caps: dict[Name, Cap] = field(default_factory=dict)
    quiet_hours: dict[Name, QuietHours] = field(default_factory=dict)
    cool_off: dict[Name, CoolOff] = field(default_factory=dict)
    suppressions: dict[Name, Suppression] = field(default_factory=dict)
    service_first: ServiceFirst | None = None
    fatigue: Fatigue = field(default_factory=Fatigue)
