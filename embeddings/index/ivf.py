"""IvfIndex: vectors in cells around centres (FAISS's inverted file), of which a search opens the nearest."""

from pathlib import Path
from typing import Any

import faiss
import numpy as np

from embeddings.index import work
from embeddings.index.found import FEW_NUMBERS, Mask, Vector, Vectors, among, brought_to_one_length, check
from embeddings.index.selector import selector
from embeddings.nearest import Nearest
from graph import InvalidValue

__all__ = ["IvfIndex"]

LEAST_IN_A_CELL = 39
"""How many vectors FAISS wants to learn a centre from."""

OPENED_BY_FILTER = 0.75
"""A filter that allows one row in x lets x to this power times as many cells be opened."""

_faiss: Any = faiss  # for what its type stubs get wrong: the parameters of a search


class IvfIndex:
    """Cells of near vectors, 4·√n of them; most of the nearest, ties by row. Safe to search from many threads.

    The vectors are brought to one length first, so that the long ones, which most queries ask for, share cells.
    Quick to build and small beside a graph; a filter costs it little, for what is not allowed is not looked at.
    """

    def __init__(self, cells: faiss.IndexIVFFlat, vectors: Vectors) -> None:
        self._cells = cells
        self._vectors = vectors  # [n, dim]

    @classmethod
    def build(cls, vectors: Vectors) -> "IvfIndex":
        """The cells of these vectors, with as many threads as OpenMP is given."""
        together = brought_to_one_length(vectors)
        dim = together.shape[1]
        number = max(1, min(int(4 * len(vectors) ** 0.5), len(vectors) // LEAST_IN_A_CELL))
        cells = faiss.IndexIVFFlat(faiss.IndexFlatL2(dim), dim, number, faiss.METRIC_L2)
        cells.cp.min_points_per_centroid = 1
        cells.train(together if len(vectors) else np.zeros((1, dim), np.float32))
        cells.add(together)
        cells.nprobe = max(1, number // 16)
        return cls(cells, vectors)

    @classmethod
    def read(cls, path: Path, vectors: Vectors) -> "IvfIndex":
        """The cells as `write` left them; InvalidValue where they are of other vectors, RuntimeError where none."""
        cells = faiss.read_index(str(path))
        if not isinstance(cells, faiss.IndexIVFFlat) or (cells.ntotal, cells.d - 1) != vectors.shape:
            raise InvalidValue(path.name, cells, f"cells of {vectors.shape} vectors")
        return cls(cells, vectors)

    def write(self, path: Path) -> None:
        faiss.write_index(self._cells, str(path))

    @property
    def nbytes(self) -> int:
        """Bytes of memory beyond the vectors it was given."""
        return int(self._cells.ntotal * (8 + 4 * self._cells.d) + self._cells.nlist * 4 * self._cells.d)

    @property
    def effort(self) -> float:
        """The share of the cells that a search opens."""
        return float(self._cells.nprobe / self._cells.nlist)

    @effort.setter
    def effort(self, share: float) -> None:
        self._cells.nprobe = max(1, round(share * self._cells.nlist))

    def search(self, vector: Vector, k: int, allowed: Mask | None = None) -> Nearest:
        """Nearly always the `k` rows of the largest inner product with `vector` [dim], among the `allowed` [n] where
        given; exactly those where the filter allows few."""
        total, dim = self._vectors.shape
        check(vector, k, allowed, dim, total)
        reachable = total if allowed is None else int(np.count_nonzero(allowed))
        if allowed is not None and reachable * dim <= FEW_NUMBERS:
            return among(self._vectors, np.flatnonzero(allowed), vector, k)
        wanted = max(1, min(k, reachable))
        params = _faiss.SearchParametersIVF(nprobe=self._opened(reachable), sel=selector(allowed))
        query = np.append(vector, np.float32(0)).astype(np.float32)[None]  # [1, dim + 1]
        found = self._cells.search(query, wanted, params=params)[1][0]
        if found[-1] < 0:  # the cells opened held too few
            everything = _faiss.SearchParametersIVF(nprobe=self._cells.nlist, sel=selector(allowed))
            found = self._cells.search(query, wanted, params=everything)[1][0]
        return among(self._vectors, found[found >= 0], vector, k)

    def work(self, vector: Vector, k: int, allowed: Mask | None = None) -> float:
        """What a search has to do, in nanoseconds."""
        total, dim = self._vectors.shape
        reachable = total if allowed is None else int(np.count_nonzero(allowed))
        if allowed is not None and reachable * dim <= FEW_NUMBERS:
            return work.STEP + work.gathered(reachable, dim)
        query = np.append(vector, np.float32(0)).astype(np.float32)[None]
        nearest = self._cells.quantizer.search(query, self._opened(reachable))[1][0]
        lists: Any = self._cells.invlists
        held = sum(int(lists.list_size(int(cell))) for cell in nearest)
        looked_at = held if allowed is None else round(held * reachable / total)
        marks = 0.0 if allowed is None else work.marked(held)
        centres = work.streamed(self._cells.nlist, dim + 1) + work.kept(len(nearest))
        return 3 * work.STEP + centres + marks + work.streamed(looked_at, dim + 1) + work.gathered(k, dim)

    def _opened(self, reachable: int) -> int:
        """How many cells a search opens where so many rows are allowed."""
        more = (len(self._vectors) / max(reachable, 1)) ** OPENED_BY_FILTER
        return int(min(self._cells.nlist, max(1, round(self._cells.nprobe * more))))
