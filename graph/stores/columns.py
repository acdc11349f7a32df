"""Columns: what the stores share in making arrays of interactions."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["by_time_and_key", "numbered_as_met"]


def by_time_and_key(at: NDArray[np.int64], keys: list[str]) -> NDArray[np.int64]:  # [num_edges]
    """The order of the rows by time, those of one time by key."""
    by_key = np.fromiter(sorted(range(len(keys)), key=keys.__getitem__), dtype=np.int64, count=len(keys))
    return by_key[np.argsort(at[by_key], kind="stable")]


def numbered_as_met(numbers: NDArray[np.int64]) -> NDArray[np.int32]:  # [num_edges]
    """`numbers` renumbered from 0 in the order first met; -1 stays -1."""
    distinct, first = np.unique(numbers, return_index=True)
    distinct, first = distinct[distinct >= 0], first[distinct >= 0]
    renumbered = np.full(int(numbers.max(initial=-1)) + 2, -1, dtype=np.int32)  # the last place is -1's own
    renumbered[distinct[np.argsort(first)]] = np.arange(len(distinct), dtype=np.int32)
    return renumbered[numbers]
