"""SketchIndex: a short sketch of every vector says which few are worth their whole inner product."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from embeddings.index import work
from embeddings.index.exact import ROUNDING, SPARSE, blocks
from embeddings.index.found import Mask, Rows, Vector, Vectors, check, ranked
from embeddings.nearest import Nearest
from graph import InvalidValue

__all__ = ["SketchIndex"]

FIRST_BLOCK = 2048
WIDTH = 32
SLACK = np.float32(1e-5)
LEAST_SPREAD = 1e-3
"""Directions along which queries differ by less than this part of the most are taken to differ by that part."""


class SketchIndex:
    """Vectors turned so that their leading coordinates carry most of an inner product, longest first; ties by row.

    What the leading coordinates leave out is at most the product of the two remaining lengths, so a vector whose bound
    does not reach the k-th best found so far is passed over unseen, and so are all blocks of which no vector's does
    (Li et al., "FEXIPRO: Fast and exact inner product retrieval in recommender systems", 2017). The bound is hardly
    ever met: `effort` is the share of it that is believed in. 1 is exact; less passes over more. Safe to search from
    many threads.

    turn: [dim, dim], query · turn is a query's coordinates. back: [dim, dim], vector · back is a vector's.
    """

    def __init__(self, vectors: Vectors, turn: Vectors, back: Vectors, *, effort: float = 1.0) -> None:
        self.effort = effort
        self.turn, self.back = turn, back
        lengths = np.linalg.norm(vectors, axis=1)
        self._rows: Rows = np.argsort(-lengths, kind="stable").astype(np.int64)
        self._vectors = np.ascontiguousarray(vectors[self._rows], dtype=np.float32)  # [n, dim]
        turned = self._vectors @ back
        self._width = min(WIDTH, vectors.shape[1])
        lead, rest = (np.linalg.norm(part, axis=1) for part in (turned[:, : self._width], turned[:, self._width :]))
        self._sketch = np.ascontiguousarray(np.column_stack([turned[:, : self._width], rest]), dtype=np.float32)
        self._longest = np.float32(lengths.max(initial=0.0))
        longest = [np.maximum.accumulate(part[::-1])[::-1] for part in (lead, rest)]  # of this place and all behind it
        self._blocks = [
            (start, stop, longest[0][start], longest[1][start]) for start, stop in blocks(len(vectors), FIRST_BLOCK)
        ]

    @classmethod
    def build(cls, vectors: Vectors, queries: Vectors) -> "SketchIndex":
        """The index for `queries` [m, dim] such as these: directions in which they are long count for more.

        With queries made to spread evenly, the leading directions of the vectors are those that leave out least.
        """
        dim = vectors.shape[1]
        spread, axes = np.linalg.eigh(_second_moment(queries) if len(queries) else np.eye(dim))
        scale = np.sqrt(np.maximum(spread, LEAST_SPREAD * max(float(spread.max(initial=0.0)), 1e-30)))
        stretch, shrink = (axes * scale) @ axes.T, (axes / scale) @ axes.T
        leading = np.linalg.eigh(stretch @ _second_moment(vectors) @ stretch)[1][:, ::-1]
        return cls(vectors, (shrink @ leading).astype(np.float32), (stretch @ leading).astype(np.float32))

    @classmethod
    def read(cls, path: Path, vectors: Vectors) -> "SketchIndex":
        """The index as `write` left it; InvalidValue where it is of vectors of another dimension or no sketch."""
        expected = f"the sketch of {vectors.shape} vectors"
        try:
            with path.open("rb") as file:
                turn, back, effort = (np.load(file, allow_pickle=False) for _ in range(3))
        except (ValueError, EOFError) as error:
            raise InvalidValue(path.name, str(error), expected) from None
        square = (vectors.shape[1],) * 2
        if turn.shape != square or back.shape != square or effort.shape != ():
            raise InvalidValue(path.name, (turn.shape, back.shape, effort.shape), expected)
        return cls(vectors, turn, back, effort=float(effort))

    def write(self, path: Path) -> None:
        with path.open("wb") as file:
            for array in (self.turn, self.back, np.float64(self.effort)):
                np.save(file, array, allow_pickle=False)

    @property
    def nbytes(self) -> int:
        """Bytes of memory beyond the vectors it was given."""
        return self._vectors.nbytes + self._sketch.nbytes + self._rows.nbytes

    def search(self, vector: Vector, k: int, allowed: Mask | None = None) -> Nearest:
        """Nearly always the `k` rows of the largest inner product with `vector` [dim], among the `allowed` [n] where
        given; always where `effort` is 1."""
        return self._search(vector, k, allowed)[0]

    def work(self, vector: Vector, k: int, allowed: Mask | None = None) -> float:
        """What a search has to do, in nanoseconds."""
        return self._search(vector, k, allowed)[1]

    def _search(self, vector: Vector, k: int, allowed: Mask | None) -> tuple[Nearest, float]:
        total, dim = self._vectors.shape
        check(vector, k, allowed, dim, total)
        asked = self._asked(np.asarray(vector, dtype=np.float32))
        places, scores = np.empty(0, np.int64), np.empty(0, np.float32)
        bar, spent = np.float32(-np.inf), work.streamed(dim, dim)
        for start, stop, lead, rest in self._blocks:
            if lead * asked.lead + rest * asked.sketch[-1] < bar:
                break
            allowed_places, bounds = self._bounds(start, stop, asked, allowed)
            if np.isneginf(bar) and len(allowed_places) > 4 * k:
                promising = allowed_places[np.argpartition(-bounds, 2 * k)[: 2 * k]]
                bar = _kth(self._vectors.take(promising, axis=0) @ asked.query, k)
            found = allowed_places[bounds >= bar]
            spent += self._work(stop - start, len(allowed_places), len(found), allowed is not None)
            places = np.concatenate([places, found])
            scores = np.concatenate([scores, self._vectors.take(found, axis=0) @ asked.query])
            if len(places) > k:
                bar = _kth(scores, k)
                best = scores >= bar
                places, scores = places[best], scores[best]
        return ranked(self._rows[places], scores, k), spent

    def _work(self, rows: int, allowed: int, found: int, filtered: bool) -> float:
        """Of one block, of whose rows so many are allowed and so many of those looked at whole."""
        width, dim = self._sketch.shape[1], self._vectors.shape[1]
        sparse = filtered and allowed * SPARSE < rows
        bounds = work.gathered(allowed, width) if sparse else work.streamed(rows, width)
        return 2 * work.STEP + bounds + work.gathered(found, dim) + work.marked(rows if filtered else 0) + 2.0 * allowed

    def _asked(self, query: Vector) -> "_Asked":
        turned = query @ self.turn
        lead = np.float32(np.linalg.norm(turned[: self._width]))
        rest = np.float32(self.effort * np.linalg.norm(turned[self._width :])) * ROUNDING
        return _Asked(query, np.append(turned[: self._width], rest), lead * ROUNDING, lead * SLACK)

    def _bounds(self, start: int, stop: int, asked: "_Asked", allowed: Mask | None) -> tuple[Rows, Vector]:
        """(the allowed places of a block, what their inner products are believed to be at most)."""
        if allowed is None:
            places, bounds = np.arange(start, stop), self._sketch[start:stop] @ asked.sketch
        else:
            places = np.flatnonzero(allowed[self._rows[start:stop]]) + start
            if len(places) * SPARSE < stop - start:
                bounds = self._sketch.take(places, axis=0) @ asked.sketch
            else:
                bounds = (self._sketch[start:stop] @ asked.sketch)[places - start]
        return places, bounds + asked.slack * self._longest


class _Asked(NamedTuple):
    """A query, its sketch with the believed length of what that leaves out, the sketch's length and its rounding."""

    query: Vector  # [dim]
    sketch: Vector  # [width + 1]
    lead: np.float32
    slack: np.float32


def _kth(scores: Vector, k: int) -> np.float32:
    """The k-th largest of more than k."""
    kth: np.float32 = np.partition(scores, len(scores) - k)[len(scores) - k]
    return kth


def _second_moment(vectors: Vectors) -> NDArray[np.float64]:  # [dim, dim]
    return (vectors.T @ vectors).astype(np.float64) / max(len(vectors), 1)
