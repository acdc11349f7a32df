"""Counted: a profile's series and marks with the newest facts in them, as far as they are asked for."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from graph.catalogue import Catalogue
from graph.ids import ProductId
from graph.instants import Instant, day_of
from graph.nodes import Product
from graph.profile.features.condition import Narrowing, accepts
from graph.profile.features.fact import Fact
from graph.profile.features.feed import SeriesFeed
from graph.profile.features.series import Buckets, GrowingSeries, Mark, Values
from graph.profile.features.table import FeatureTable
from graph.profile.profile import Profile

__all__ = ["Counted", "Daily", "Groups", "Row"]


class Row(NamedTuple):
    """What one event, or line of an order, adds to a series."""

    at: Instant
    key: str
    group: str
    values: Values


class Daily(NamedTuple):
    """days: rising. totals: [days + 1] what the days before one sum up to: how many events, and each measure."""

    days: list[int]
    totals: list[list[int]]


class Groups:
    """Which groups of a series each narrowing lets through: kept for a product while its entry stays the same."""

    def __init__(self, table: FeatureTable, catalogue: Catalogue, size: int = 100_000) -> None:
        self._entry, self._size = catalogue.get, size
        self._narrowings: dict[int, dict[str, Narrowing]] = {}
        for feature in table.features.values():
            if feature.narrowing:
                self._narrowings.setdefault(table.places[feature.name][0], {})[feature.narrowed] = feature.narrowing
        self._known: dict[tuple[int, str], tuple[Product | None, tuple[str, ...]]] = {}

    def entry(self, product: str) -> Product | None:
        return self._entry(ProductId(product))

    def through(self, number: int, group: str, by_product: bool) -> tuple[str, ...]:
        """The names of the narrowings that a group of a series passes."""
        entry = self.entry(group) if by_product else None
        known = self._known.get((number, group))
        if known is not None and known[0] is entry:
            return known[1]
        asked = self._narrowings.get(number, {})
        passed = tuple(name for name, narrowing in asked.items() if accepts(narrowing, group, entry))
        if len(self._known) >= self._size:
            self._known.clear()
        self._known[number, group] = entry, passed
        return passed


class Counted:
    """Each series is counted when it is first asked for, so one feature costs what it needs."""

    def __init__(self, profile: Profile, table: FeatureTable, groups: Groups) -> None:
        self._profile, self._table, self._groups = profile, table, groups
        self._series: dict[int, dict[str, dict[str, Buckets]]] = {}
        self._daily: dict[tuple[int, str], Daily] = {}
        self._rows: dict[int, list[Row]] = {}

    def buckets(self, number: int, narrowed: str = "") -> dict[str, Buckets]:
        """The day buckets of a series by group, of the groups a narrowing lets through."""
        by_narrowing = self._series.get(number)
        if by_narrowing is None:
            plan = self._table.plans[number]
            series = GrowingSeries(plan.width, plan.horizon, self._profile.settled.value.series.get(number))
            for fact, feed in self._feeds(number):
                day = day_of(fact.at, fact.utc_offset)
                for group, values in feed.amounts(fact):
                    series.add(day, group, values)
            by_narrowing = self._series[number] = {"": series.days}
            for group, held in series.days.items():
                for one in self._groups.through(number, group, plan.group == "product"):
                    by_narrowing.setdefault(one, {})[group] = held
        return by_narrowing.get(narrowed, {})

    def daily(self, number: int, narrowed: str) -> Daily:
        """A series summed up by day."""
        daily = self._daily.get((number, narrowed))
        if daily is None:
            width = self._table.plans[number].width
            daily = self._daily[number, narrowed] = _daily(self.buckets(number, narrowed), width)
        return daily

    def rows(self, number: int, narrowed: str, after: Instant) -> list[Row]:
        """What the events after an instant, of those known one by one, add to a series, oldest first."""
        rows = self._rows.get(number)
        if rows is None:
            rows = self._rows[number] = [
                Row(fact.at, fact.key, group, values)
                for fact, feed in self._feeds(number)
                for group, values in feed.amounts(fact)
            ]
        by_product = self._table.plans[number].group == "product"
        return [
            row
            for row in rows
            if row.at > after and (not narrowed or narrowed in self._groups.through(number, row.group, by_product))
        ]

    def mark(self, number: int, latest: bool) -> Mark | None:
        """The earliest or latest event of a kind; None where there was none."""
        settled = self._profile.settled.value
        held = (settled.lasts if latest else settled.firsts).get(number)
        found = [] if held is None else [held]
        layouts = self._table.layouts.by_number
        for fact in self._profile.facts:
            layout = layouts.get(fact.layout)
            feed = None if layout is None else layout.mark_feeds.get(number)
            if feed is not None:
                found += feed.marks(fact)
        return (max if latest else min)(found, default=None)

    def _feeds(self, number: int) -> Iterator[tuple[Fact, SeriesFeed]]:
        layouts = self._table.layouts.by_number
        for fact in self._profile.facts:
            layout = layouts.get(fact.layout)
            feed = None if layout is None else layout.series_feeds.get(number)
            if feed is not None:
                yield fact, feed


def _daily(groups: Mapping[str, Buckets], width: int) -> Daily:
    by_day: dict[int, list[int]] = {}
    for buckets in groups.values():
        for place in range(0, len(buckets), width):
            held = by_day.get(buckets[place])
            if held is None:
                by_day[buckets[place]] = list(buckets[place + 1 : place + width])
            else:
                for measure in range(width - 1):
                    held[measure] += buckets[place + 1 + measure]
    days = sorted(by_day)
    totals = [[0] * (width - 1)]
    for day in days:
        totals.append([before + new for before, new in zip(totals[-1], by_day[day], strict=True)])
    return Daily(days, totals)
