"""Features, tastes, intent and context as answers about a customer show them."""

from collections.abc import Sequence

from msgspec import UNSET, Struct, UnsetType

from graph import iso
from graph.instants import Instant, day_start
from graph.profile.reading.feature_value import FeatureValue
from graph.profile.reading.reading import Reading
from graph.profile.reading.tastes import Liked

__all__ = [
    "ContextShown",
    "FeatureEvents",
    "FeatureShown",
    "IntentShown",
    "Liking",
    "TastesShown",
    "context_shown",
    "feature_events",
    "features_shown",
    "intent_shown",
    "tastes_shown",
]


class FeatureShown(Struct, frozen=True, kw_only=True):
    """A feature's value, when it was computed, its window, and the events behind it: how many, the first and the last.

    Instants where it is exact to the event, local days where it is not. `since` is null for a feature without a window,
    `until` for one that goes up to now.
    """

    value: str | int | float | bool | None
    computed: str
    since: str | None
    until: str | None
    events: int
    first: str | None
    last: str | None


class EventShown(Struct, frozen=True):
    """An event that counted: ``<source>/<id>``, for a line of an order ``<source>/<order>/<line>``."""

    key: str
    at: str


class DayShown(Struct, frozen=True):
    """A local day with so many events; `total` in minor units or thousandths, where something is added up."""

    day: str
    events: int
    total: int | UnsetType = UNSET


class FeatureEvents(Struct, frozen=True, kw_only=True):
    """The answer of ``GET /v1/customers/{id}?feature=<name>``: one feature and what is behind it."""

    customer_id: str
    feature: str
    value: FeatureShown
    events: list[EventShown]
    days: list[DayShown]


class Liking(Struct, frozen=True):
    """Something a customer likes, its share of all they do, and the day they last showed it."""

    name: str
    share: float
    last: str


class TastesShown(Struct, frozen=True):
    """Evolving preferences: what was done counts half as much after each half-life of the pack."""

    categories: list[Liking]
    brands: list[Liking]
    price_level: list[Liking]
    channels: list[Liking]
    hours: list[Liking]


class LiftShown(Struct, frozen=True):
    """A category the session looks at: its share of the session, of what is usual, and the one over the other."""

    category: str
    share: float
    usual: float
    lift: float


class IntentShown(Struct, frozen=True):
    """The running session. stage: browsing, comparing, buying or bought. price: 0 for the cheap to 1 for the dear."""

    stage: str
    began: str
    events: int
    categories: list[LiftShown]
    price: float | None
    usual_price: float | None


class ContextShown(Struct, frozen=True):
    """Where and on what the customer was last, and the clock where they live."""

    seen: str | None
    channel: str
    device: str
    place: str
    locale: str
    timezone: str
    hour: int
    weekday: int
    part: str


def features_shown(reading: Reading) -> dict[str, FeatureShown]:
    """Every feature by name."""
    return {value.name: _shown(value) for value in reading.values()}


def feature_events(customer: str, name: str, reading: Reading) -> FeatureEvents:
    """One feature with its evidence; InvalidValue where there is none of that name."""
    value, evidence = reading.value(name), reading.evidence(name)
    return FeatureEvents(
        customer_id=customer,
        feature=name,
        value=_shown(value),
        events=[EventShown(event.key, iso(event.at)) for event in evidence.events],
        days=[
            DayShown(day_start(day).isoformat(), events, UNSET if total is None else total)
            for day, events, total in evidence.days
        ],
    )


def tastes_shown(reading: Reading) -> TastesShown:
    tastes = reading.tastes()
    return TastesShown(*(_likings(liked) for liked in tastes))


def intent_shown(reading: Reading) -> IntentShown | None:
    """The running session's intent; None when no session goes on."""
    intent = reading.intent()
    if intent is None:
        return None
    return IntentShown(
        intent.stage.value,
        iso(intent.began),
        intent.events,
        [LiftShown(*lift) for lift in intent.categories],
        intent.price,
        intent.usual_price,
    )


def context_shown(reading: Reading) -> ContextShown:
    there = reading.whereabouts()
    return ContextShown(
        None if there.seen is None else iso(there.seen),
        there.channel,
        there.device,
        there.place,
        there.locale,
        there.timezone,
        there.hour,
        there.weekday,
        there.part.value,
    )


def _likings(liked: Sequence[Liked]) -> list[Liking]:
    return [Liking(one.name, one.share, day_start(one.last).isoformat()) for one in liked]


def _shown(value: FeatureValue) -> FeatureShown:
    bounds = (value.begins, value.ends, value.first, value.last)
    since, until, first, last = (_bound(bound, value.exact) for bound in bounds)
    return FeatureShown(
        value=value.value,
        computed=iso(value.computed),
        since=since,
        until=until,
        events=value.events,
        first=first,
        last=last,
    )


def _bound(bound: int | None, exact: bool) -> str | None:
    if bound is None:
        return None
    return iso(Instant(bound)) if exact else day_start(bound).isoformat()
