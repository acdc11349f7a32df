"""About: what `pack.yaml` says: the business, its channels, what its events and customers are known by, its goals."""

from dataclasses import field
from enum import StrEnum

from pydantic import ConfigDict
from pydantic.dataclasses import dataclass

from graph.instants import DAY
from recommend.decisions.pack.written.values import Money, Name, Share, Span, Words
from recommend.decisions.treatments.channel_kind import ChannelKind

__all__ = ["STRICT", "About", "Budget", "Channel", "Control", "Declared", "Locales", "Objective", "Period", "ValueKind"]

STRICT = ConfigDict(extra="forbid", use_attribute_docstrings=True)


class ValueKind(StrEnum):
    """What a declared value is."""

    NUMBER = "number"
    TEXT = "text"
    BOOL = "bool"
    LIST = "list"


class Period(StrEnum):
    """How often a budget begins anew, on the clock of the pack's zone."""

    EVER = "ever"
    MONTH = "month"
    WEEK = "week"
    DAY = "day"


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Declared:
    """A value that rules and words may name."""

    type: ValueKind = ValueKind.TEXT
    one_of: tuple[str, ...] = ()
    """The only texts it can be: a rule that names another is refused."""
    least: float | None = None
    most: float | None = None
    always: bool = False
    """Whether it is always known; else words that name it need a fallback."""


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Channel:
    """A way to a customer."""

    type: ChannelKind
    cost: Money = Money(0)
    """What one contact by it costs."""
    contact: bool | None = None
    """Whether reaching somebody by it is a contact, which caps and frequencies count; else what is sent is one."""
    address: str = ""
    """The trait that holds where to send to, such as `trait.email`; whoever lacks it is not reached by this channel."""
    valid_for: Span = DAY
    """How long what was decided may still be shown or sent."""
    lapses_after: Span = 3 * DAY
    """How long a reserved contact counts although nobody reported it delivered."""
    ignored_after: Span = 3 * DAY
    """How long after it was delivered, without an answer, it counts as ignored."""


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Locales:
    """The languages words are written in."""

    default: str = "en"
    fallbacks: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Which languages to try, in order, for a customer whose own is not written; the default comes last."""


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Objective:
    """A goal actions serve. lever: what one accepted action is worth to it beyond its own worth."""

    title: Words
    lever: Money = Money(0)


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Budget:
    """Money that several actions may spend together on incentives."""

    amount: Money
    per: Period = Period.EVER


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Control:
    """Customers, chosen by a hash of who they are, who get no marketing, so that its effect can be told."""

    share: Share = 0.0
    salt: str = ""


@dataclass(frozen=True, kw_only=True, config=STRICT)
class About:
    """The file `pack.yaml`."""

    title: Words
    channels: dict[Name, Channel]
    locales: Locales = field(default_factory=Locales)
    topics: dict[Name, Words] = field(default_factory=dict)
    """What customers can say they want to hear of, and what a page calls it."""
    objectives: dict[Name, Objective] = field(default_factory=dict)
    budgets: dict[Name, Budget] = field(default_factory=dict)
    events: dict[Words, dict[Name, Declared]] = field(default_factory=dict)
    """The names of account events, and the attributes each has."""
    traits: dict[Name, Declared] = field(default_factory=dict)
    context: dict[Name, Declared] = field(default_factory=dict)
    """What a page may say with its request."""
    products: dict[Name, Declared] = field(default_factory=dict)
    """The attributes of products that rules and words may name."""
    control: Control = field(default_factory=Control)
