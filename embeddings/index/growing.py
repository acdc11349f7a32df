"""GrowingIndex: a published index and the products added since, answered as one."""

import numpy as np

from embeddings.index.found import Mask, Rows, Vector, Vectors, check, ranked
from embeddings.serving_snapshot import Nearest, VectorIndex
from graph import InvalidValue

__all__ = ["GrowingIndex"]


class GrowingIndex:
    """Rows 0 … size - 1 are the published index's, those behind it were added; every added one is looked at.

    A search sees all of an addition or nothing of it, from whatever thread. What was added is looked at one by one, so
    a few thousand rows (.1 ms at 64 dimensions) are the time for a new version.

    index: holds `size` vectors of `dim` numbers.
    """

    def __init__(self, index: VectorIndex, size: int, dim: int) -> None:
        self._index, self._size, self._dim = index, size, dim
        self._tail: Vectors = np.empty((0, dim), dtype=np.float32)

    def __len__(self) -> int:
        return self._size + len(self._tail)

    def add(self, vectors: Vectors) -> Rows:
        """The rows that these vectors [m, dim] are found as from now on. One thread adds at a time.

        InvalidValue for another dimension and for numbers that are not finite.
        """
        if vectors.ndim != 2 or vectors.shape[1] != self._dim:
            raise InvalidValue("vectors", vectors.shape, f"the shape (m, {self._dim})")
        if not np.isfinite(vectors).all():
            raise InvalidValue("vectors", "numbers that are not finite", "finite numbers only")
        start = len(self)
        self._tail = np.concatenate([self._tail, vectors.astype(np.float32)])
        return np.arange(start, start + len(vectors))

    def search(self, vector: Vector, k: int, allowed: Mask | None = None) -> Nearest:
        """The `k` best of both, as the published index finds its own; `allowed`: [len(self)]."""
        tail = self._tail
        check(vector, k, allowed, self._dim, self._size + len(tail))
        near = self._index.search(vector, k, None if allowed is None else allowed[: self._size])
        if not len(tail):
            return near
        rows = np.arange(len(tail)) if allowed is None else np.flatnonzero(allowed[self._size :])
        scores: Vector = tail[rows] @ np.asarray(vector, dtype=np.float32)
        return ranked(np.concatenate([near.rows, rows + self._size]), np.concatenate([near.scores, scores]), k)
