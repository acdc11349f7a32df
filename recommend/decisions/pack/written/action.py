"""Action: one thing that can be done for a customer, as a pack's `actions/*.yaml` describe it."""

from dataclasses import field
from enum import StrEnum
from typing import Annotated

from pydantic import Field
from pydantic.dataclasses import dataclass

from graph.identity.wishes import MessageKind
from graph.instants import DAY
from recommend.decisions.pack.written.about import STRICT
from recommend.decisions.pack.written.event_pattern import EventPattern
from recommend.decisions.pack.written.values import Day, Expression, Money, Name, Rate, Span, Words

__all__ = [
    "Action",
    "ActionKind",
    "Choice",
    "Clause",
    "Credit",
    "FollowUp",
    "Incentives",
    "Outcome",
    "Price",
    "Prior",
    "Recommends",
    "Rung",
    "Sign",
    "Since",
    "Stock",
    "Teller",
    "Trigger",
    "Validity",
]


class ActionKind(StrEnum):
    """RECOMMENDATION: products of the Recommender. CONTENT: part of a page. OFFER: something to take up. MESSAGE: words
    sent. SERVICE: help. JOURNEY_STEP: done by a journey alone. NOTHING: leaving the customer alone, which has a worth.
    """

    RECOMMENDATION = "recommendation"
    CONTENT = "content"
    OFFER = "offer"
    MESSAGE = "message"
    SERVICE = "service"
    JOURNEY_STEP = "journey_step"
    NOTHING = "nothing"


class Teller(StrEnum):
    """To whom a reason may be told."""

    CUSTOMER = "customer"
    AGENT = "agent"
    NOBODY = "nobody"


class Sign(StrEnum):
    POSITIVE = "positive"
    NEGATIVE = "negative"


class Since(StrEnum):
    """From when on an outcome's time runs."""

    DECIDED = "decided"
    DELIVERED = "delivered"
    SEEN = "seen"


class Credit(StrEnum):
    """What joins an outcome to a decision. CAUSED: the event carries its id. PRODUCT: it is about the product of the
    action. CUSTOMER: the same customer did it."""

    CAUSED = "caused"
    PRODUCT = "product"
    CUSTOMER = "customer"


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Clause:
    """A condition with the words for it."""

    cond: Annotated[str, Field(alias="is", min_length=1)]
    say: dict[str, Words] = field(default_factory=dict)
    """By language, why it speaks for the action: `your salary arrived three months in a row`."""
    tell: Teller = Teller.AGENT


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Trigger(EventPattern):
    """An event that makes the action a candidate the moment it is in the profile."""

    again_after: Span = DAY
    """How long after it triggered for somebody it does not again."""


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Validity:
    """From the beginning of one day to the end of another, on the clock of the pack's zone."""

    begins: Day | None = None
    ends: Day | None = None


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Stock:
    """How many can be given away."""

    total: Annotated[int, Field(ge=1)] | None = None
    per_customer: Annotated[int, Field(ge=1)] | None = None


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Prior:
    """What the rate of response is thought to be before any was seen, and how many observations that counts for."""

    rate: Rate
    strength: Annotated[float, Field(gt=0, le=1e6)] = 20.0
    when: str = ""
    """For whom: the first that holds counts."""


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Rung:
    """An incentive, by percent of the price or as an amount; the rung `none`, without any, is always there."""

    percent: Annotated[float, Field(gt=0, le=100)] | None = None
    amount: Money | None = None
    most: Money | None = None
    """The most that a percentage may come to."""
    when: str = ""
    priors: tuple[Prior, ...] = ()


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Incentives:
    """The levels of an offer, of which the one that pays for itself is chosen."""

    ladder: Annotated[dict[Name, Rung], Field(min_length=1)]
    budget: str = ""
    """The budget of the pack it is paid from."""
    paid_when_sent: bool = False
    """Whether it costs also where nobody takes it up."""


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Price:
    """Bounds of the price after an incentive; an expression may name the product, as in `product.cost * 1.05`."""

    list_price: Annotated[Expression, Field(alias="list")] = "product.price"
    floor: Expression | None = None
    least_margin: Expression | None = None
    competitor: str = ""
    """The value that holds a competitor's price: below it no incentive is needed, and without it none is given."""


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Choice:
    """Which product an action is about: of the catalogue, those that fit, and of these the best by one measure."""

    of: Annotated[str, Field(alias="from", min_length=1)]
    """A condition over `product.*`."""
    when: str = ""
    """A condition that may name the customer too."""
    least: Expression | None = None
    most: Expression | None = None
    keep: Annotated[int, Field(ge=1, le=20)] = 1
    at_most: Annotated[int, Field(ge=1, le=1000)] = 100
    """How many products may be looked at; more are an answer that says it is degraded."""


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Recommends:
    """Products that the Recommender puts in: all into one slot, or each as a candidate for a place of it."""

    placement: str
    k: Annotated[int, Field(ge=1, le=100)] | None = None
    each: bool = False


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Outcome(EventPattern):
    """What an answer is, when it must come to count, and how it is joined to the decision."""

    sign: Sign = Sign.POSITIVE
    within: Span = 14 * DAY
    since: Since = Since.DELIVERED
    by: Credit = Credit.CUSTOMER


@dataclass(frozen=True, kw_only=True, config=STRICT)
class FollowUp:
    """An action that is worth more for a while after this one was accepted."""

    action: str
    adds: Money
    lasts: Span = 14 * DAY


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Action:
    """An action by its id. worth: money for one positive answer; it may be an expression over the product."""

    kind: ActionKind
    title: Words
    nature: MessageKind | None = None
    """transactional, service or marketing; by default service for a service and for nothing, else marketing."""
    objective: str = ""
    topic: str = ""
    group: str = ""
    """Actions of one group are alike: who refuses one is spared the others for a while."""
    worth: Expression = 0.0
    cost: Money = Money(0)
    """What one accepted action costs us beside its incentive."""
    channels: tuple[str, ...] = ()
    slots: tuple[str, ...] = ()
    when: str | tuple[Clause, ...] = ""
    triggers: tuple[Trigger, ...] = ()
    asked: bool | None = None
    """Whether it is a candidate also when a page asks; by default where it has no triggers."""
    needs_consent: tuple[str, ...] = ()
    """Purposes without which it is not considered, beside those its rules, words and nature need."""
    explore: bool = True
    """Whether it may be tried where another seems better; never for credit and service."""
    valid: Validity = field(default_factory=Validity)
    stock: Stock = field(default_factory=Stock)
    choose: Choice | None = None
    recommends: Recommends | None = None
    price: Price | None = None
    incentives: Incentives | None = None
    priors: tuple[Prior, ...] = ()
    outcomes: dict[Name, Outcome] = field(default_factory=dict)
    follow_ups: tuple[FollowUp, ...] = ()
    neutral: bool = False
    """Whether it may stand in for everything else: it says nothing personal and is never suppressed."""
    treatments: dict[str, dict[str, dict[str, str]]] = field(default_factory=dict)
    """channel -> language -> field -> words."""
