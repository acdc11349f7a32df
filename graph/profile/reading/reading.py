"""Reading: one profile at one moment, whose features are computed as they are asked for."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from typing import NamedTuple

from graph.catalogue import Catalogue
from graph.instants import DAY, Instant
from graph.nodes import Trait
from graph.profile.features.calendar import local_day, zone_offset
from graph.profile.features.event_fields import CATALOGUE_FIELDS
from graph.profile.features.fact_fields import scale_of
from graph.profile.features.feature import Feature
from graph.profile.features.kinds import Count, Distinct, First, Last, Mean, Periods, Rate, Recency, Streak, Sum
from graph.profile.features.table import FeatureTable
from graph.profile.features.window import HourWindow
from graph.profile.profile import Profile
from graph.profile.reading.counted import Counted, Groups, Row
from graph.profile.reading.feature_value import DayEvents, EventBehind, Evidence, FeatureValue
from graph.profile.reading.intent import Intent, intent_of
from graph.profile.reading.price_levels import PriceLevels
from graph.profile.reading.tastes import TasteProfile, taste_profile
from graph.profile.reading.whereabouts import Whereabouts, whereabouts_of
from graph.profile.sums import wrapped

__all__ = ["FeatureReader", "Reading", "zone_of"]


class FeatureReader:
    """Reads profiles by a table and a catalogue. For one thread."""

    def __init__(self, table: FeatureTable, catalogue: Catalogue) -> None:
        self.table, self.catalogue = table, catalogue
        self.groups, self.prices = Groups(table, catalogue), PriceLevels(catalogue)

    def read(self, profile: Profile, now: Instant) -> "Reading":
        return Reading(profile, self, now)


class _Stretch(NamedTuple):
    """Part of a series: how many events, each measure's sum, and where the first and last are."""

    sums: list[int]
    first: int | None
    last: int | None


class Reading:
    """The features of a profile at `now`, on the clock where the customer lives."""

    def __init__(self, profile: Profile, reader: FeatureReader, now: Instant) -> None:
        self._profile, self._reader, self.now = profile, reader, now
        self._table, self._groups = reader.table, reader.groups
        self._counted = Counted(profile, reader.table, reader.groups)
        self.zone = zone_of(profile, reader.table)
        self.today = local_day(now, self.zone)
        self._windows: dict[str, tuple[int, int | None]] = {}

    def value(self, name: str) -> FeatureValue:
        """One feature; InvalidValue where the table has none of that name."""
        return self._value(self._table.feature(name))

    def values(self) -> Iterator[FeatureValue]:
        """Every feature, in the table's order."""
        return map(self._value, self._table.features.values())

    def evidence(self, name: str) -> Evidence:
        """What is behind one feature: events as far as they are known one by one, days, and the sum of each."""
        feature = self._table.feature(name)
        if feature.mark is not None:
            mark = self._counted.mark(self._table.marks[feature.mark], feature.mark.latest)
            return Evidence(() if mark is None else (EventBehind(mark.at, mark.key),), ())
        if feature.need is None:
            parts = [self.evidence(part) for part in (feature.of, feature.to)]
            return Evidence(
                tuple(sorted({event for part in parts for event in part.events})),
                tuple(sorted({day for part in parts for day in part.days})),
            )
        number, place = self._table.places[feature.name]
        value = self._value(feature)
        after = Instant(value.begins - 1) if value.exact and value.begins is not None else Instant(self.now - DAY)
        rows = self._counted.rows(number, feature.narrowed, after)
        events = tuple(dict.fromkeys(EventBehind(row.at, row.key) for row in rows))
        if value.exact or value.begins is None:
            return Evidence(events, ())
        days, totals = self._counted.daily(number, feature.narrowed)
        until = len(days) if value.ends is None else bisect_right(days, value.ends)
        within = range(bisect_left(days, value.begins), until)
        return Evidence(
            events if value.ends is None else (),
            tuple(
                DayEvents(
                    days[at],
                    totals[at + 1][0] - totals[at][0],
                    totals[at + 1][place - 1] - totals[at][place - 1] if place > 1 else None,
                )
                for at in within
            ),
        )

    def tastes(self, before: int | None = None) -> TasteProfile:
        """What they prefer, by what they did on the days before `before` (all days)."""
        reader = self._reader
        return taste_profile(
            self._profile, reader.table, self._counted, reader.catalogue, reader.prices, self.today, before
        )

    def intent(self) -> Intent | None:
        """What the running session is after; None when none goes on."""
        reader = self._reader
        return intent_of(self._profile, self.tastes(self.today), reader.catalogue, reader.prices, self.now)

    def whereabouts(self) -> Whereabouts:
        return whereabouts_of(self._profile, self.zone, self.now)

    def _value(self, feature: Feature) -> FeatureValue:
        match feature.kind:
            case Count() | Sum() | Mean():
                return self._sum(feature)
            case Distinct():
                return self._distinct(feature)
            case Rate():
                return self._rate(feature)
            case Streak() | Periods():
                return self._periods(feature, feature.kind)
            case Recency() | Last() | First():
                return self._mark(feature) if feature.mark is not None else self._recency(feature)

    def _sum(self, feature: Feature) -> FeatureValue:
        stretch, exact, begins, ends = self._stretch(feature)
        count, kind = stretch.sums[0], feature.kind
        value: Trait | None = count
        if isinstance(kind, Sum | Mean):
            place, scale = self._table.places[feature.name][1] - 1, scale_of(kind.value)
            total = stretch.sums[place]
            if isinstance(kind, Mean):
                value = total / count / scale if count else None
            else:
                value = wrapped(total) if scale == 1 else total / scale
        return FeatureValue(feature.name, value, self.now, exact, begins, ends, count, stretch.first, stretch.last)

    def _stretch(self, feature: Feature) -> tuple[_Stretch, bool, int, int | None]:
        """What counts in a feature's window, and the window: whether in instants, from when and until when."""
        assert feature.window is not None
        number = self._table.places[feature.name][0]
        if isinstance(feature.window, HourWindow):
            begins = self.now - feature.window.span + 1
            rows = self._counted.rows(number, feature.narrowed, Instant(begins - 1))
            return _of_rows(rows, self._table.plans[number].width - 1), True, begins, None
        window = feature.window.name
        if window not in self._windows:
            self._windows[window] = feature.window.days(self.today)
        first, last = self._windows[window]
        days, totals = self._counted.daily(number, feature.narrowed)
        low, high = bisect_left(days, first), len(days) if last is None else bisect_right(days, last)
        if low >= high:
            return _Stretch([0] * len(totals[0]), None, None), False, first, last
        sums = [after - before for after, before in zip(totals[high], totals[low], strict=True)]
        return _Stretch(sums, days[low], days[high - 1]), False, first, last

    def _distinct(self, feature: Feature) -> FeatureValue:
        assert isinstance(feature.kind, Distinct)
        stretch, exact, begins, ends = self._stretch(feature)
        by, number = feature.kind.by, self._table.places[feature.name][0]
        if by == "day":
            days = self._counted.daily(number, feature.narrowed).days
            value = (len(days) if ends is None else bisect_right(days, ends)) - bisect_left(days, begins)
        else:
            if exact:
                rows = self._counted.rows(number, feature.narrowed, Instant(begins - 1))
                groups = {row.group for row in rows}
            else:
                width = self._table.plans[number].width
                groups = {
                    group
                    for group, buckets in self._counted.buckets(number, feature.narrowed).items()
                    if any(begins <= day and (ends is None or day <= ends) for day in buckets[::width])
                }
            if by in CATALOGUE_FIELDS:
                groups = {getattr(self._groups.entry(group), by, "") for group in groups}
            value = len(groups - {""})
        return FeatureValue(
            feature.name, value, self.now, exact, begins, ends, stretch.sums[0], stretch.first, stretch.last
        )

    def _rate(self, feature: Feature) -> FeatureValue:
        of, to = self.value(feature.of), self.value(feature.to)
        value = None
        if isinstance(of.value, int | float) and isinstance(to.value, int | float) and to.value:
            value = of.value / to.value
        return to._replace(name=feature.name, value=value)

    def _periods(self, feature: Feature, kind: Streak | Periods) -> FeatureValue:
        days, totals = self._counted.daily(self._table.places[feature.name][0], feature.narrowed)
        every, events = kind.every, dict[int, int]()
        for place, day in enumerate(days):
            number = every.number(day)
            events[number] = events.get(number, 0) + totals[place + 1][0] - totals[place][0]
        running = every.number(max(self.today, days[-1]) if days else self.today)
        if isinstance(kind, Periods):
            begins = running - kind.last + 1
            length = sum(events.get(number, 0) >= kind.least for number in range(begins, running + 1))
        else:
            until = running if events.get(running, 0) >= kind.least else running - 1
            length = 0
            while length < kind.up_to and events.get(until - length, 0) >= kind.least:
                length += 1
            begins = until - length + 1
        since = every.first_day(begins)
        low = bisect_left(days, since)
        return FeatureValue(
            feature.name,
            length if kind.reaches is None else length >= kind.reaches,
            self.now,
            False,
            since,
            None,
            totals[-1][0] - totals[low][0],
            *((days[low], days[-1]) if low < len(days) else (None, None)),
        )

    def _mark(self, feature: Feature) -> FeatureValue:
        assert feature.mark is not None
        mark = self._counted.mark(self._table.marks[feature.mark], feature.mark.latest)
        if mark is None:
            return FeatureValue(feature.name, None, self.now, True, None, None, 0)
        value = _days_since(mark.at, self.now) if isinstance(feature.kind, Recency) else mark.value
        return FeatureValue(feature.name, value, self.now, True, None, None, 1, mark.at, mark.at)

    def _recency(self, feature: Feature) -> FeatureValue:
        assert isinstance(feature.kind, Recency)
        number = self._table.places[feature.name][0]
        begins = self.today - feature.kind.within + 1
        rows = self._counted.rows(number, feature.narrowed, Instant(self.now - DAY))
        if rows:
            at = rows[-1].at
            return FeatureValue(feature.name, _days_since(at, self.now), self.now, True, None, None, len(rows), at, at)
        days = self._counted.daily(number, feature.narrowed).days
        if not days or days[-1] < begins:
            return FeatureValue(feature.name, None, self.now, False, begins, None, 0)
        last = days[-1]
        return FeatureValue(feature.name, max(0, self.today - last), self.now, False, begins, None, 1, last, last)


def zone_of(profile: Profile, table: FeatureTable) -> str:
    """Where the customer lives, as a time zone: their trait ``timezone``, else the pack's."""
    told = profile.traits.get("timezone")
    if told is not None and isinstance(told.value, str) and zone_offset(Instant(0), told.value) is not None:
        return told.value
    return table.timezone


def _of_rows(rows: list[Row], measures: int) -> _Stretch:
    sums = [0] * measures
    for row in rows:
        for place, value in enumerate(row.values):
            sums[place] += value
    return _Stretch(sums, *((rows[0].at, rows[-1].at) if rows else (None, None)))


def _days_since(at: Instant, now: Instant) -> float:
    return round(max(0, now - at) / DAY, 3)
