"""ShoppingDays: on which local days a customer bought, anything and of each category."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph import InteractionKind, ProductId, Profile
from graph.profile.day_counts import NO_DAYS

__all__ = ["ShoppingDays"]

SPAN = 1 << 20
"""More days than any day number."""


@dataclass(frozen=True)
class ShoppingDays:
    """Days since 1970-01-01, each once; a (category, day) pair once, ordered by category, then day."""

    days: NDArray[np.int64]  # [num_days], rising
    category: NDArray[np.int64]  # [num_pairs], the category's row
    category_day: NDArray[np.int64]  # [num_pairs]

    @classmethod
    def of_lines(cls, day: NDArray[np.int64], category: NDArray[np.int64]) -> "ShoppingDays":
        """From order lines, each [num_lines]; category -1 is of none that has a row."""
        known = category >= 0
        pairs = np.unique(category[known].astype(np.int64) * SPAN + day[known])
        return cls(np.unique(day.astype(np.int64)), pairs // SPAN, pairs % SPAN)

    @classmethod
    def of_profile(cls, profile: Profile, row_of: Callable[[ProductId], int]) -> "ShoppingDays":
        """From a profile; row_of: the row of a product's category, -1 where it has none."""
        counts = profile.days.get(InteractionKind.PURCHASED, NO_DAYS)
        columns = counts.columns()
        categories = np.array([row_of(product) for product in counts.packed], dtype=np.int64)
        return cls.of_lines(columns.days, np.repeat(categories, columns.sizes))

    def until(self, day: int) -> "ShoppingDays":
        """What was known when `day` ended."""
        kept = self.category_day <= day
        return ShoppingDays(
            self.days[: self.days.searchsorted(day, "right")], self.category[kept], self.category_day[kept]
        )

    def after(self, day: int, days: int) -> "ShoppingDays":
        """The `days` days after `day`."""
        first, last = self.days.searchsorted([day, day + days], "right")
        kept = (self.category_day > day) & (self.category_day <= day + days)
        return ShoppingDays(self.days[first:last], self.category[kept], self.category_day[kept])
