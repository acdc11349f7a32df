"""FeatureValue: a feature's value with when it was computed, over what window, and from which events."""

from typing import NamedTuple

from graph.instants import Instant
from graph.nodes import Trait

__all__ = ["DayEvents", "EventBehind", "Evidence", "FeatureValue"]


class FeatureValue(NamedTuple):
    """One value. Money is in minor units, a recency in days; None where there is nothing to tell.

    exact: whether the bounds are instants (microseconds UTC); otherwise they are local days since 1970-01-01.
    begins, ends: the window; an end of None is `computed`, a beginning of None means ever.
    events: how many events, or lines of orders, are behind it, and the `first` and `last` of them.
    """

    name: str
    value: Trait | None
    computed: Instant
    exact: bool
    begins: int | None
    ends: int | None
    events: int
    first: int | None = None
    last: int | None = None


class EventBehind(NamedTuple):
    """An event that counted, still known one by one."""

    at: Instant
    key: str


class DayEvents(NamedTuple):
    """A local day on which so many events counted. total: their sum, in whole units or thousandths."""

    day: int
    events: int
    total: int | None


class Evidence(NamedTuple):
    """What is behind one value: the events one by one where they are less than a day old, and the days."""

    events: tuple[EventBehind, ...]
    days: tuple[DayEvents, ...]
