"""GrowingIndex: a published index and the products added since, answered as one."""

from typing import NamedTuple

import numpy as np

from embeddings.index.found import Mask, Rows, Vector, Vectors, check, ranked
from embeddings.nearest import Nearest, VectorIndex
from graph import InvalidValue

__all__ = ["GrowingIndex"]


class GrowingIndex:
    """Rows 0 … len(vectors) - 1 are the published index's, those behind it were added; every added one is looked at.

    A search sees all of an addition or nothing of it, from whatever thread. What was added is looked at one by one, so
    a few thousand rows (.1 ms at 64 dimensions) are the time for a new version. Rows without a vector may be added to
    hold their place; they are not found until they are given one.

    index: of `vectors` [size, dim].
    """

    def __init__(self, index: VectorIndex, vectors: Vectors) -> None:
        self._index, self._vectors = index, vectors
        self._size, self._dim = (int(length) for length in vectors.shape)
        self._tail = _Tail(np.empty((0, self._dim), dtype=np.float32), np.empty(0, dtype=np.bool_))

    def __len__(self) -> int:
        return self._size + len(self._tail.vectors)

    def add(self, vectors: Vectors, placed: Mask | None = None) -> Rows:
        """The rows that these vectors [m, dim] are found as from now on. One thread adds at a time.

        placed: [m], which of them are vectors; all where it is None.
        InvalidValue for another dimension and for numbers that are not finite.
        """
        self._refuse(vectors)
        start, tail = len(self), self._tail
        placed = np.ones(len(vectors), dtype=np.bool_) if placed is None else placed
        self._tail = _Tail(
            np.concatenate([tail.vectors, vectors.astype(np.float32)]), np.concatenate([tail.placed, placed])
        )
        return np.arange(start, start + len(vectors))

    def put(self, rows: Rows, vectors: Vectors, placed: Mask | None = None) -> None:
        """Give added rows other vectors [len(rows), dim]; InvalidValue as `add`, and for a row that was not added."""
        self._refuse(vectors)
        if len(rows) and not self._size <= rows.min() <= rows.max() < len(self):
            raise InvalidValue("rows", rows.tolist(), f"added rows, from {self._size} to {len(self) - 1}")
        changed = _Tail(self._tail.vectors.copy(), self._tail.placed.copy())
        changed.vectors[rows - self._size] = vectors
        changed.placed[rows - self._size] = True if placed is None else placed
        self._tail = changed

    def take(self, rows: Rows) -> Vectors:  # [len(rows), dim]
        """The vectors of these rows."""
        tail = self._tail
        if not len(tail.vectors):
            return self._vectors.take(rows, axis=0)
        vectors = np.empty((len(rows), self._dim), dtype=np.float32)
        added = rows >= self._size
        vectors[~added] = self._vectors[rows[~added]]
        vectors[added] = tail.vectors[rows[added] - self._size]
        return vectors

    def placed(self, rows: Rows) -> Mask:  # [len(rows)]
        """Which of these rows have a vector and can be found."""
        tail, placed = self._tail, rows < self._size
        if not placed.all():
            placed[~placed] = tail.placed[rows[~placed] - self._size]
        return placed

    def search(self, vector: Vector, k: int, allowed: Mask | None = None) -> Nearest:
        """The `k` best of both, as the published index finds its own; `allowed`: [len(self)]."""
        tail = self._tail
        check(vector, k, allowed, self._dim, self._size + len(tail.vectors))
        near = self._index.search(vector, k, None if allowed is None else allowed[: self._size])
        if not tail.placed.any():
            return near
        places = np.flatnonzero(tail.placed if allowed is None else tail.placed & allowed[self._size :])
        scores: Vector = tail.vectors[places] @ np.asarray(vector, dtype=np.float32)
        return ranked(np.concatenate([near.rows, places + self._size]), np.concatenate([near.scores, scores]), k)

    def among(self, rows: Rows, vector: Vector, k: int) -> Nearest:
        """The best `k` of these rows, exactly; every one of them is looked at."""
        check(vector, k, None, self._dim, len(self))
        rows = rows[self.placed(rows)]
        scores: Vector = self.take(rows) @ np.asarray(vector, dtype=np.float32)
        return ranked(rows, scores, k)

    def _refuse(self, vectors: Vectors) -> None:
        if vectors.ndim != 2 or vectors.shape[1] != self._dim:
            raise InvalidValue("vectors", vectors.shape, f"the shape (m, {self._dim})")
        if not np.isfinite(vectors).all():
            raise InvalidValue("vectors", "numbers that are not finite", "finite numbers only")


class _Tail(NamedTuple):
    """Added vectors, and which of them are any."""

    vectors: Vectors  # [m, dim]
    placed: Mask  # [m]
