"""Tastes: what a customer prefers, by what they did, each thing counting half as much after a half-life."""

from collections.abc import Iterator
from typing import NamedTuple

from graph.catalogue import Catalogue
from graph.ids import ProductId
from graph.profile.features.table import FeatureTable
from graph.profile.profile import Profile
from graph.profile.reading.counted import Counted
from graph.profile.reading.price_levels import PriceLevels

__all__ = ["Liked", "TasteProfile", "taste_profile"]

SHOWN = 10


class Liked(NamedTuple):
    """One thing they like. share: of all that counts, 0 to 1. last: the newest local day behind it."""

    name: str
    share: float
    last: int


class TasteProfile(NamedTuple):
    """The likes of each sort, the greatest share first."""

    categories: list[Liked]
    brands: list[Liked]
    price_level: list[Liked]
    channels: list[Liked]
    hours: list[Liked]


def taste_profile(
    profile: Profile,
    table: FeatureTable,
    counted: Counted,
    catalogue: Catalogue,
    prices: PriceLevels,
    today: int,
    before: int | None = None,
) -> TasteProfile:
    """The tastes on the day `today`, by what was done on the days before `before` (all days)."""
    tastes = table.tastes
    categories, brands, levels = (
        _Scale(tastes.categories, today),
        _Scale(tastes.brands, today),
        _Scale(tastes.price_level, today),
    )
    for product, day, weight in _done(profile, table, before):
        entry = catalogue.get(product)
        if entry is None:
            continue
        categories.add(entry.category, day, weight)
        brands.add(entry.brand, day, weight)
        level = prices.of(product)
        levels.add("" if level is None else level.name.lower(), day, weight)
    channels, hours = _Scale(tastes.channels, today), _Scale(tastes.hours, today)
    for scale, field in ((channels, "channel"), (hours, "hour")):
        if scale.wanted:
            for group, buckets in counted.buckets(table.taste_series[field]).items():
                for day, times in zip(buckets[::2], buckets[1::2], strict=True):
                    if before is None or day < before:
                        scale.add(group, day, times)
    return TasteProfile(*(scale.liked() for scale in (categories, brands, levels, channels, hours)))


def _done(profile: Profile, table: FeatureTable, before: int | None) -> Iterator[tuple[ProductId, int, float]]:
    weights = table.tastes.weights
    for kind, counts in profile.days.items():
        weight = weights.get(kind)
        if weight:
            for product, days in counts.items():
                for day, times in days.items():
                    if before is None or day < before:
                        yield product, day, weight * times


class _Scale:
    def __init__(self, half_life: float, today: int) -> None:
        self.wanted = half_life > 0
        self._half_life, self._today = half_life, today
        self._weights: dict[str, float] = {}
        self._last: dict[str, int] = {}

    def add(self, name: str, day: int, weight: float) -> None:
        if name and self.wanted:
            age = max(0, self._today - day)
            self._weights[name] = self._weights.get(name, 0.0) + weight * 0.5 ** (age / self._half_life)
            self._last[name] = max(day, self._last.get(name, day))

    def liked(self) -> list[Liked]:
        whole = sum(self._weights.values())
        if whole <= 0:
            return []
        ranked = sorted(self._weights.items(), key=lambda item: (-item[1], item[0]))[:SHOWN]
        return [Liked(name, round(weight / whole, 4), self._last[name]) for name, weight in ranked]
