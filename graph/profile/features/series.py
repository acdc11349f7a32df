"""Series and marks: what a profile keeps for the feature table, each a commutative merge of its events."""

from bisect import bisect_left
from typing import NamedTuple

from msgspec import Struct

from graph.instants import Instant
from graph.nodes import Trait
from graph.profile.sums import wrapped

__all__ = ["Buckets", "GrowingSeries", "Mark", "Series", "Values"]

_BEFORE_ALL = -(2**40)

Values = tuple[int, ...]
Buckets = tuple[int, ...]


class Mark(NamedTuple):
    """The earliest or latest event of a kind: the greater (at, key) is the later one."""

    at: Instant
    key: str
    value: Trait = ""


class Series(Struct, frozen=True, array_like=True, gc=False):
    """Events of one kind, counted and summed by group and local day.

    width: how many numbers a bucket has, its day among them. horizon: how many days before the newest are kept.
    days: group -> the buckets of its days one after the other, oldest first: day, how many events, a sum per measure.
    It says its own width and horizon, so two merge without the table that asked for them.
    """

    width: int
    horizon: int
    newest: int
    days: dict[str, Buckets]


class GrowingSeries:
    """A series while events are added to it; the one it began from is not touched."""

    __slots__ = ("_horizon", "_newest", "_width", "days")

    def __init__(self, width: int, horizon: int, series: Series | None) -> None:
        self._width, self._horizon = width, horizon
        self._newest = _BEFORE_ALL if series is None else series.newest
        self.days: dict[str, Buckets] = {} if series is None else series.days.copy()

    def add(self, day: int, group: str, values: Values) -> None:
        """Count one event, or what a bucket holds, on its local day."""
        if day > self._newest:
            self._advance(day)
        elif day <= self._newest - self._horizon:
            return
        held, width = self.days.get(group), self._width
        if held is None:
            self.days[group] = (day, *values)
        elif held[-width] < day:
            self.days[group] = (*held, day, *values)
        else:
            self.days[group] = _added(held, width, day, values)

    def merge(self, other: Series) -> None:
        """Count all that another series of the same kind holds."""
        width = self._width
        for group, buckets in other.days.items():
            for place in range(0, len(buckets), width):
                self.add(buckets[place], group, buckets[place + 1 : place + width])

    def series(self) -> Series:
        return Series(self._width, self._horizon, self._newest, self.days)

    def _advance(self, newest: int) -> None:
        self._newest = newest
        oldest, width = newest - self._horizon, self._width
        for group in [group for group, buckets in self.days.items() if buckets[0] <= oldest]:
            buckets = self.days[group]
            places = range(0, len(buckets), width)
            left = buckets[bisect_left(places, oldest + 1, key=buckets.__getitem__) * width :]
            if left:
                self.days[group] = left
            else:
                del self.days[group]


def _added(held: Buckets, width: int, day: int, values: Values) -> Buckets:
    start = bisect_left(range(0, len(held), width), day, key=held.__getitem__) * width
    if start < len(held) and held[start] == day:
        sums = [wrapped(old + new) for old, new in zip(held[start + 1 : start + width], values, strict=True)]
        return (*held[: start + 1], *sums, *held[start + width :])
    return (*held[:start], day, *values, *held[start:])
