"""From (row, column, count, strength) to an Adjacency that keeps the strongest of every row."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from embeddings.snapshot.serving_snapshot import Adjacency

__all__ = ["strongest"]


def strongest(
    num_rows: int,
    row: NDArray[Any],  # [n] integers
    column: NDArray[Any],  # [n] integers
    count: NDArray[Any],  # [n] integers
    strength: NDArray[Any],  # [n] floats
    k: int | None = None,
) -> Adjacency:
    """The `k` (all where None) entries of greatest strength of each row, strongest first, ties in the order given."""
    order = np.lexsort((-strength, row))
    degrees = np.bincount(row, minlength=num_rows)
    if k is not None:
        starts = np.cumsum(degrees) - degrees
        place = np.arange(len(row)) - np.repeat(starts, degrees)
        order = order[place < k]
        degrees = np.minimum(degrees, k)
    return Adjacency(
        offsets=np.concatenate([[0], np.cumsum(degrees)]).astype(np.int64),
        columns=column[order].astype(np.int32),
        counts=count[order].astype(np.int32),
        strengths=strength[order].astype(np.float32),
    )
