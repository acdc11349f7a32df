"""CategoryPropensity: how likely a customer buys of each category within thirty days."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embeddings.predictions.shopping_days import ShoppingDays

__all__ = ["DAYS", "NUM_FACTS", "NUM_INPUTS", "CategoryPropensity", "category_inputs"]

DAYS = 30
WINDOWS = (30, 90, 365)
NUM_FACTS = 4
NUM_INPUTS = 26
DOUBT_DAYS = 30.0
"""So many days of anybody's buying are added to the customer's own."""


@dataclass(frozen=True)
class CategoryPropensity:
    """A logistic regression over a customer's rhythm in a category and the category's own.

    categories: their names. facts: [NUM_FACTS, num_categories], as the version was learnt: log-odds of a customer to
    buy of it within 30 days; log-odds to do so again of who did in the 30 days before; log of its buyers of the last 30
    days over those of 30 days of the last 90; log of the usual gap in days.
    weights: [NUM_INPUTS]. own: [num_categories], added to the log-odds of each.
    """

    categories: list[str]
    facts: NDArray[np.float64]
    weights: NDArray[np.float64]
    own: NDArray[np.float64]

    def probabilities(self, shopping: ShoppingDays, today: int) -> NDArray[np.float64]:  # [num_categories]
        """Of each category, for one who bought something up to `today`, in the 30 days after it."""
        odds = category_inputs(shopping, self.facts, today) @ self.weights + self.own
        return np.asarray(1.0 / (1.0 + np.exp(-np.clip(odds, -60.0, 60.0))), dtype=np.float64)


def category_inputs(
    shopping: ShoppingDays, facts: NDArray[np.float64], today: int
) -> NDArray[np.float64]:  # [num_categories, NUM_INPUTS]
    """What of a customer and a category counts; a day is counted once however much was bought."""
    known = shopping.until(today)
    size = facts.shape[1]
    base, again, trend, usual = facts
    age = today - known.category_day
    counts = [np.bincount(known.category[age < window], minlength=size) for window in WINDOWS]
    trips = [int((today - known.days < window).sum()) for window in WINDOWS]
    tenure = float(min(365, today - known.days[0] + 1))
    times = np.bincount(known.category, minlength=size)
    had = times > 0
    first = np.zeros(size, dtype=np.int64)
    last = np.zeros(size, dtype=np.int64)
    ends = np.cumsum(times)[had]
    last[had] = known.category_day[ends - 1]
    first[had] = known.category_day[ends - times[had]]
    since = np.where(had, today - last + 1, 0).astype(np.float64)
    gap = np.log((last - first + DOUBT_DAYS) / (np.maximum(times - 1, 0) + DOUBT_DAYS / np.exp(usual)))
    late = np.where(had, np.log(np.maximum(since, 1.0)) - gap, 0.0)
    anybody = -np.log1p(-1.0 / (1.0 + np.exp(-base)))  # purchases expected of anybody in 30 days
    rates = [
        DAYS * (count + anybody * DOUBT_DAYS / DAYS) / (min(window, tenure) + DOUBT_DAYS)
        for count, window in zip(counts, WINDOWS, strict=True)
    ]
    ones = np.ones(size)
    return np.column_stack(
        [
            ones,
            base,
            had * again,
            trend,
            had * trend,
            *(np.log1p(count) for count in counts),
            *(np.log(np.expm1(np.minimum(rate, 30.0))) for rate in rates),  # log-odds of at least one of so many
            *(ones * np.log1p(trip) for trip in trips),
            *(np.log1p(count) - np.log1p(trip) for count, trip in zip(counts, trips, strict=True)),
            had,
            times == 1,
            np.log1p(since),
            had * gap,
            np.maximum(late, 0.0),
            np.minimum(late, 0.0),
            np.maximum(late - 1.0, 0.0),
            (times > 1) * late,
            ones * np.log(tenure),
        ]
    )
