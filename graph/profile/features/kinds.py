"""The kinds of features, as they stand in a pack's file."""

from typing import Any

from msgspec import Struct

from graph.profile.features.calendar import Period

__all__ = ["Count", "Distinct", "First", "Kind", "Last", "Mean", "Periods", "Rate", "Recency", "Streak", "Sum"]

Names = str | list[str]


class _Asked(Struct, frozen=True, kw_only=True, tag_field="kind", forbid_unknown_fields=True):
    """What every kind has. segments: the named segments it is narrowed to as well, each a feature of its own."""

    segments: list[str] = []


class _OfEvents(_Asked, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """of: the type of event, ``OrderLine`` for each line of an order. where: field -> what it must be."""

    of: str
    where: dict[str, Any] = {}


class Count(_OfEvents, frozen=True, kw_only=True, tag="count", forbid_unknown_fields=True):
    windows: Names


class Sum(_OfEvents, frozen=True, kw_only=True, tag="sum", forbid_unknown_fields=True):
    value: str
    windows: Names


class Mean(_OfEvents, frozen=True, kw_only=True, tag="mean", forbid_unknown_fields=True):
    """The mean over the events that have the value."""

    value: str
    windows: Names


class Distinct(_OfEvents, frozen=True, kw_only=True, tag="distinct", forbid_unknown_fields=True):
    """How many different values of the field `by`; ``by: day`` counts the days on which there was any."""

    by: str
    windows: Names


class Rate(_Asked, frozen=True, kw_only=True, tag="rate", forbid_unknown_fields=True):
    """One feature over another, in the same windows and segments; none where the other is 0."""

    of: str
    to: str
    windows: Names


class Streak(_OfEvents, frozen=True, kw_only=True, tag="streak", forbid_unknown_fields=True):
    """How many periods in a row up to now had at least `least` events; the running one counts once it has them.

    up_to: the longest streak that is told. reaches: where given, the answer is whether the streak is that long.
    """

    every: Period
    up_to: int = 12
    least: int = 1
    reaches: int | None = None


class Periods(_OfEvents, frozen=True, kw_only=True, tag="periods", forbid_unknown_fields=True):
    """In how many of the last `last` periods, the running one among them, there were at least `least` events.

    reaches: where given, the answer is whether it was in that many.
    """

    every: Period
    last: int
    least: int = 1
    reaches: int | None = None


class Recency(_OfEvents, frozen=True, kw_only=True, tag="recency", forbid_unknown_fields=True):
    """Days since the last one. A segment looks back `within` days, and is told in whole local days."""

    within: int = 365


class Last(_OfEvents, frozen=True, kw_only=True, tag="last", forbid_unknown_fields=True):
    """The newest value of a field."""

    value: str


class First(_OfEvents, frozen=True, kw_only=True, tag="first", forbid_unknown_fields=True):
    """The earliest value of a field."""

    value: str


Kind = Count | Sum | Mean | Distinct | Rate | Streak | Periods | Recency | Last | First
