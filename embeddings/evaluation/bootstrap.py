"""Bootstrap: how sure a mean over customers is, and whether one method is better than another on the same customers."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from graph import InvalidValue

__all__ = ["MAX_DRAWS", "Interval", "mean_interval", "paired_difference"]

MAX_DRAWS = 1_000_000
"""Random numbers held at a time."""


class Interval(NamedTuple):
    """A mean with its percentile bootstrap interval."""

    mean: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.mean:.4f} [{self.low:.4f}, {self.high:.4f}]"


def mean_interval(
    values: NDArray[np.float64],  # [num_customers]
    rng: np.random.Generator,
    *,
    level: float = 0.95,
    resamples: int = 1000,
) -> Interval:
    """The mean of one value per customer and the interval that holds it with probability `level`.

    Customers are drawn with replacement, as many as there are, `resamples` times (Efron 1979).
    InvalidValue where there is no customer.
    """
    if not len(values):
        raise InvalidValue("values", "no customer", "one value per customer, of at least one")
    n = len(values)
    chunk = max(1, MAX_DRAWS // n)
    means = np.concatenate(
        [
            values[rng.integers(n, size=(min(chunk, resamples - start), n))].mean(axis=1)
            for start in range(0, resamples, chunk)
        ]
    )  # [resamples]
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(values.mean()), float(low), float(high))


def paired_difference(
    ours: NDArray[np.float64],  # [num_customers]
    theirs: NDArray[np.float64],  # [num_customers], the same customers in the same order
    rng: np.random.Generator,
    *,
    level: float = 0.95,
    resamples: int = 1000,
) -> Interval:
    """The interval of the mean of ours - theirs: one is better than the other where it does not hold 0."""
    if ours.shape != theirs.shape:
        raise InvalidValue("theirs", f"{len(theirs)} customers", f"the same {len(ours)} customers as ours")
    return mean_interval(ours - theirs, rng, level=level, resamples=resamples)
