"""Nearest: what is found by a score, the best first, and VectorIndex, what finds it."""

from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = ["Nearest", "VectorIndex"]


class Nearest(NamedTuple):
    """Rows and inner products, best first, ties by row; shorter than k where there are fewer."""

    rows: NDArray[np.int64]  # [≤ k]
    scores: NDArray[np.float32]  # [≤ k]


class VectorIndex(Protocol):
    """Rows found by inner product."""

    def search(self, vector: NDArray[np.float32], k: int, allowed: NDArray[np.bool_] | None = None) -> Nearest:
        """The `k` rows whose vectors have the largest inner product with `vector` [dim].

        allowed: [num_rows] bool, only these rows are found; all where it is None.
        """
        ...
