"""What a search is asked and what it answers: checks, and rows in their order."""

import numpy as np
from numpy.typing import NDArray

from embeddings.serving_snapshot import Nearest
from graph import InvalidValue

__all__ = ["Rows", "Vector", "check", "ranked"]

Rows = NDArray[np.int64]
Vector = NDArray[np.float32]


def ranked(rows: Rows, scores: NDArray[np.float32], k: int) -> Nearest:
    """The best `k` of these, ties by row."""
    order = np.lexsort((rows, -scores))[:k]
    return Nearest(rows[order], scores[order])


def check(vector: Vector, k: int, allowed: NDArray[np.bool_] | None, dim: int, total: int) -> None:
    """InvalidValue for a question of the wrong shape."""
    if vector.shape != (dim,):
        raise InvalidValue("vector", vector.shape, f"the shape ({dim},)")
    if k < 1:
        raise InvalidValue("k", k, "an integer of 1 or more")
    if allowed is not None and (allowed.shape != (total,) or allowed.dtype != np.bool_):
        raise InvalidValue("allowed", (allowed.shape, allowed.dtype.name), f"({total},) of bool")
