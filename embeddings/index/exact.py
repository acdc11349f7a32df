"""ExactIndex: the nearest by inner product, found exactly, longest vectors first."""

from itertools import pairwise

import numpy as np

from embeddings.index import work
from embeddings.index.found import Mask, Rows, Vector, Vectors, check, ranked
from embeddings.nearest import Nearest

__all__ = ["ExactIndex", "blocks"]

FIRST_BLOCK = 1024
ROUNDING = np.float32(1 + 1e-5)
SPARSE = 4
"""Where fewer than one in so many vectors of a block are allowed, gathering them is faster than looking at all."""


class ExactIndex:
    """Vectors in the order of their length, looked at in blocks of doubling size; exact, ties by row.

    An inner product is at most the product of the two lengths (Cauchy-Schwarz), so the search ends at the first block
    whose longest vector cannot reach the k-th best found so far (Teflioudi et al., "LEMP: Fast retrieval of large
    entries in a matrix product", 2015). Where popularity makes vectors long, that is after a few thousand of them;
    where all are equally long every one is looked at. Safe to search from many threads.

    vectors: [n, dim] float32; a copy is kept.
    """

    def __init__(self, vectors: Vectors) -> None:
        lengths = np.linalg.norm(vectors, axis=1)
        self._rows: Rows = np.argsort(-lengths, kind="stable").astype(np.int64)
        self._vectors = np.ascontiguousarray(vectors[self._rows], dtype=np.float32)
        self._blocks = [
            (start, stop, np.float32(lengths[self._rows[start]])) for start, stop in blocks(len(vectors), FIRST_BLOCK)
        ]

    @property
    def nbytes(self) -> int:
        """Bytes of memory beyond the vectors it was given."""
        return self._vectors.nbytes + self._rows.nbytes

    def search(self, vector: Vector, k: int, allowed: Mask | None = None) -> Nearest:
        """The `k` rows of the largest inner product with `vector` [dim], among the `allowed` [n] where given."""
        return self._search(vector, k, allowed)[0]

    def work(self, vector: Vector, k: int, allowed: Mask | None = None) -> float:
        """What a search has to do, in nanoseconds."""
        return self._search(vector, k, allowed)[1]

    def _search(self, vector: Vector, k: int, allowed: Mask | None) -> tuple[Nearest, float]:
        check(vector, k, allowed, self._vectors.shape[1], len(self._vectors))
        query = np.asarray(vector, dtype=np.float32)
        reach = np.float32(np.sqrt(query @ query)) * ROUNDING
        rows, scores = np.empty(0, np.int64), np.empty(0, np.float32)
        bar, spent = np.float32(-np.inf), 0.0
        for start, stop, longest in self._blocks:
            if longest * reach < bar:
                break
            candidates, found = self._scored(start, stop, query, allowed)
            spent += _work(stop - start, len(candidates), len(query), allowed is not None)
            if len(rows):
                candidates, found = _reaching(bar, candidates, found)
                candidates, found = np.concatenate([rows, candidates]), np.concatenate([scores, found])
            rows, scores = candidates, found
            if len(rows) > k:
                bar = np.partition(scores, len(scores) - k)[len(scores) - k]
                rows, scores = _reaching(bar, rows, scores)
        return ranked(rows, scores, k), spent

    def _scored(self, start: int, stop: int, query: Vector, allowed: Mask | None) -> tuple[Rows, Vector]:
        """(the allowed rows of a block, their scores)."""
        rows = self._rows[start:stop]
        if allowed is None:
            return rows, self._vectors[start:stop] @ query
        places = np.flatnonzero(allowed[rows])
        if len(places) * SPARSE < stop - start:
            return rows[places], self._vectors.take(places + start, axis=0) @ query
        return rows[places], (self._vectors[start:stop] @ query)[places]


def _reaching(bar: np.float32, rows: Rows, scores: Vector) -> tuple[Rows, Vector]:
    """Those of at least so much."""
    places = (scores >= bar).nonzero()[0]
    return rows.take(places), scores.take(places)


def _work(rows: int, allowed: int, dim: int, filtered: bool) -> float:
    """Of one block, of whose rows so many are allowed."""
    if filtered and allowed * SPARSE < rows:
        return work.STEP + work.marked(rows) + work.gathered(allowed, dim)
    return work.STEP + work.streamed(rows, dim) + (work.marked(rows) if filtered else 0.0)


def blocks(total: int, first: int) -> list[tuple[int, int]]:
    """(start, stop) of blocks of doubling size that cover `total` places."""
    starts = [0]
    while starts[-1] < total:
        starts.append(min(total, 2 * starts[-1] + first))
    return list(pairwise(starts))
