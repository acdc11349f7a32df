"""Settled: what a profile keeps for the feature table of events that are no longer kept one by one."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from msgspec import Struct

from graph.profile.features.fact import Fact
from graph.profile.features.series import GrowingSeries, Mark, Series
from graph.profile.features.table import FeatureTable
from graph.profile.sealed import Sealed

__all__ = ["MAX_UNCOUNTED", "GrowingSettled", "Settled", "Uncounted", "settled_with"]

MAX_UNCOUNTED = 64
"""How many facts wait to be counted until somebody reads what is settled."""


class Settled(Struct, frozen=True, omit_defaults=True):
    """Series and marks by the numbers of the table's plans."""

    series: dict[int, Series] = {}
    firsts: dict[int, Mark] = {}
    lasts: dict[int, Mark] = {}

    def merged(self, other: "Settled") -> "Settled":
        """What is kept of the events of both."""
        return Settled(
            _merged_series(self.series, other.series),
            _merged_marks(self.firsts, other.firsts, min),
            _merged_marks(self.lasts, other.lasts, max),
        )


class GrowingSettled:
    """What is settled while facts are counted; what it began from is not touched."""

    def __init__(self, settled: Settled) -> None:
        self._settled = settled
        self._series: dict[int, GrowingSeries] = {}
        self._firsts: dict[int, Mark] = {}
        self._lasts: dict[int, Mark] = {}

    def series(self, number: int, width: int, horizon: int) -> GrowingSeries:
        """A series, to be added to."""
        own = self._series.get(number)
        if own is None:
            own = self._series[number] = GrowingSeries(width, horizon, self._settled.series.get(number))
        return own

    def mark(self, number: int, mark: Mark, latest: bool) -> None:
        """Move a mark, where this one is earlier or later than it."""
        own, held = (self._lasts, self._settled.lasts) if latest else (self._firsts, self._settled.firsts)
        known = own.get(number) or held.get(number)
        if known is None or (mark > known if latest else mark < known):
            own[number] = mark

    def settled(self) -> Settled:
        held = self._settled
        series = {number: growing.series() for number, growing in self._series.items()}
        return Settled({**held.series, **series}, {**held.firsts, **self._firsts}, {**held.lasts, **self._lasts})


def settled_with(held: Sealed[Settled], table: FeatureTable, facts: Iterable[Fact]) -> Sealed[Settled]:
    """What is settled with these facts in it, counted when it is read: an answer does not wait for it."""
    facts, unmade = tuple(facts), held.unmade
    if isinstance(unmade, Uncounted) and unmade.table is table:
        if len(unmade.facts) + len(facts) <= MAX_UNCOUNTED:
            held, facts = unmade.held, unmade.facts + facts
        else:
            held = Sealed(held.value)
    return Sealed.later(Uncounted(held, table, facts))


@dataclass(frozen=True, slots=True)
class Uncounted:
    """Facts that are yet to be counted into what was settled before them; called, it counts them."""

    held: Sealed[Settled]
    table: FeatureTable
    facts: tuple[Fact, ...]

    def __call__(self) -> Settled:
        growing = GrowingSettled(self.held.value)
        self.table.count(self.facts, growing)
        return growing.settled()


def _merged_series(one: dict[int, Series], other: dict[int, Series]) -> dict[int, Series]:
    merged = one | other
    for number in one.keys() & other.keys():
        growing = GrowingSeries(one[number].width, one[number].horizon, one[number])
        growing.merge(other[number])
        merged[number] = growing.series()
    return merged


def _merged_marks(one: dict[int, Mark], other: dict[int, Mark], of: Callable[[Mark, Mark], Mark]) -> dict[int, Mark]:
    """`of` is min for the earliest, max for the latest."""
    return one | {number: of(mark, one.get(number, mark)) for number, mark in other.items()}
