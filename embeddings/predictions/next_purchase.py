"""NextPurchase: how likely a customer buys on each of the days to come, given how long they have not."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from embeddings.predictions.shopping_days import ShoppingDays

__all__ = ["AHEAD", "NUM_INPUTS", "NextPurchase", "PurchaseForecast", "hazard_inputs"]

AHEAD = 180
"""Days looked ahead; who is not expected within them has no median."""

HALF_LIFE_DAYS = 120.0
"""A gap counts half for every so many days that it lies back."""

DOUBT = 2.0
"""Gaps of anybody that are added to the customer's own."""

WEEKDAY_DOUBT = 7.0
"""Shopping days, as many on each weekday, that are added to the customer's own."""

WINDOWS = (14, 30, 90, 365)
KNOTS = (-1.5, -0.75, 0.0, 0.75, 1.5)
"""Of log(days since the last purchase / usual gap): where the hazard may bend."""

NUM_INPUTS = 1 + 7 + 1 + len(WINDOWS) + (1 + len(KNOTS)) + 8


class PurchaseForecast(NamedTuple):
    """days: from today to the first day by which they are as likely as not to have bought; None beyond AHEAD days."""

    days: int | None
    within_7_days: float
    within_30_days: float


@dataclass(frozen=True)
class NextPurchase:
    """A discrete-time survival model (Cox 1972; Singer and Willett 1993): a logistic hazard a day.

    weights: [NUM_INPUTS]. usual: [2], mean and deviation of the logarithm of everybody's gaps in days.
    """

    weights: NDArray[np.float64]
    usual: NDArray[np.float64]

    def survival(self, shopping: ShoppingDays, today: int, ahead: int = AHEAD) -> NDArray[np.float64]:  # [ahead]
        """How likely nothing is bought on the days up to each of the `ahead` days after `today`."""
        scores = hazard_inputs(shopping, self.usual, today, ahead) @ self.weights
        return np.asarray(np.exp(np.cumsum(-np.logaddexp(0.0, scores))), dtype=np.float64)

    def forecast(self, shopping: ShoppingDays, today: int) -> PurchaseForecast | None:
        """When they buy next, after `today`; None for who never bought up to it."""
        if not len(shopping.until(today).days):
            return None
        left = self.survival(shopping, today)
        half = np.flatnonzero(left <= 0.5)
        return PurchaseForecast(int(half[0]) + 1 if len(half) else None, float(1 - left[6]), float(1 - left[29]))


def hazard_inputs(
    shopping: ShoppingDays, usual: NDArray[np.float64], today: int, ahead: int
) -> NDArray[np.float64]:  # [ahead, NUM_INPUTS]
    """What the chance to buy on each of the `ahead` days after `today` depends on, when nothing was bought since."""
    days = shopping.days[: shopping.days.searchsorted(today, "right")]
    logs = np.log(np.diff(days))
    weight = np.exp2((days[1:] - today) / HALF_LIFE_DAYS)
    total = DOUBT + weight.sum()
    gap = (DOUBT * usual[0] + weight @ logs) / total
    spread = np.sqrt((DOUBT * usual[1] ** 2 + weight @ (logs - gap) ** 2) / total)
    coming = today + np.arange(1, ahead + 1)
    since = (coming - days[-1]).astype(np.float64)
    late = np.log(since) - gap
    weekday = np.eye(7)[coming % 7]
    own = np.bincount(days[days > today - 182] % 7, minlength=7) + WEEKDAY_DOUBT / 7
    recent = [np.log1p(len(days) - days.searchsorted(today - window, "right")) for window in WINDOWS]
    latest = logs[-1] - gap if len(logs) else 0.0
    ones = np.ones(ahead)
    return np.column_stack(
        [
            ones,
            weekday,
            np.log(own / own.mean())[coming % 7],
            *(ones * value for value in recent),
            late,
            *(np.maximum(late - knot, 0.0) for knot in KNOTS),
            ones * gap,
            ones * spread,
            spread * late,
            ones * latest,
            since == 1,
            since == 2,
            since % 7 == 0,
            np.log1p(since),
        ]
    )
