"""ExactIndex: the nearest by inner product, found exactly, longest vectors first."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from embeddings.index.found import Rows, Vector, check, ranked
from embeddings.serving_snapshot import Nearest

__all__ = ["ExactIndex"]

FIRST_BLOCK = 4096
ROUNDING = np.float32(1 + 1e-5)


class ExactIndex:
    """Vectors in the order of their length, looked at in blocks of doubling size; exact, ties by row.

    An inner product is at most the product of the two lengths (Cauchy-Schwarz), so the search ends at the first block
    whose longest vector cannot reach the k-th best found so far (Teflioudi et al., "LEMP: Fast retrieval of large
    entries in a matrix product", 2015). Where popularity makes vectors long, that is after a quarter of them; where all
    are equally long every one is looked at. Safe to search from many threads.

    vectors: [n, dim] float32; a copy is kept.
    """

    def __init__(self, vectors: NDArray[np.float32]) -> None:
        lengths = np.linalg.norm(vectors, axis=1)
        self._rows: Rows = np.argsort(-lengths, kind="stable").astype(np.int64)
        self._vectors = np.ascontiguousarray(vectors[self._rows], dtype=np.float32)
        starts = [0]
        while starts[-1] < len(vectors):
            starts.append(min(len(vectors), 2 * starts[-1] + FIRST_BLOCK))
        self._blocks = [(start, stop, np.float32(lengths[self._rows[start]])) for start, stop in pairwise(starts)]

    def search(self, vector: Vector, k: int, allowed: NDArray[np.bool_] | None = None) -> Nearest:
        """The `k` rows of the largest inner product with `vector` [dim], among the `allowed` [n] where given."""
        return self._search(vector, k, allowed)[0]

    def looked_at(self, vector: Vector, k: int) -> int:
        """How many vectors a search has to look at."""
        return self._search(vector, k, None)[1]

    def _search(self, vector: Vector, k: int, allowed: NDArray[np.bool_] | None) -> tuple[Nearest, int]:
        check(vector, k, allowed, self._vectors.shape[1], len(self._vectors))
        query = np.asarray(vector, dtype=np.float32)
        reach = np.float32(np.sqrt(query @ query)) * ROUNDING
        rows, scores = np.empty(0, np.int64), np.empty(0, np.float32)
        bar, seen = np.float32(-np.inf), 0
        for start, stop, longest in self._blocks:
            if longest * reach < bar:
                break
            seen = stop
            found, candidates = self._vectors[start:stop] @ query, self._rows[start:stop]
            kept = found >= bar
            if allowed is not None:
                kept &= allowed[candidates]
            rows, scores = np.concatenate([rows, candidates[kept]]), np.concatenate([scores, found[kept]])
            if len(rows) > k:
                bar = np.partition(scores, len(scores) - k)[len(scores) - k]
                best = scores >= bar
                rows, scores = rows[best], scores[best]
        return ranked(rows, scores, k), seen
