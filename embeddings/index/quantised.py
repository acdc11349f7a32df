"""QuantisedIndex: vectors in four bits for every two numbers, all scanned; the best of them looked at again whole."""

from pathlib import Path
from typing import Any

import faiss
import numpy as np

from embeddings.index import work
from embeddings.index.found import FEW_NUMBERS, Mask, Vector, Vectors, among, check
from embeddings.index.selector import selector
from embeddings.nearest import Nearest
from graph import InvalidValue

__all__ = ["QuantisedIndex"]

SAMPLE = 65_536
"""How many vectors the code books are learnt from."""

PIECE = 2
"""How many numbers of a vector share one code of four bits."""

CODES = 16

WIDE = 0.4
"""Where a filter allows more than this share, a scan of all and a look at what it allows is the faster."""

NARROW = 0.15
"""A filter that allows one row in x lets x to this power times as many be looked at whole, for they lie closer."""

SPARE = 1.15
"""How many more than its share would say are then asked for."""

_faiss: Any = faiss  # for what its type stubs get wrong: the parameters of a search


class QuantisedIndex:
    """Product quantisation scanned in vector registers, then exact scores; ties by row.

    Each pair of numbers is one of 16 (André et al., "Cache locality is not enough: High-performance nearest neighbor
    search with product quantization fast scan", 2015): a sixteenth of the bytes, all read in one sweep, so neither even
    lengths nor a filter lead it astray. Its time grows with n. Safe to search from many threads.
    """

    def __init__(self, codes: faiss.IndexIVFPQFastScan, vectors: Vectors, *, effort: float = 4.0) -> None:
        self._codes = codes
        self._vectors = vectors  # [n, dim]
        self.effort = effort
        """How many times k are looked at whole."""

    @classmethod
    def build(cls, vectors: Vectors) -> "QuantisedIndex":
        """The codes of these vectors, with as many threads as OpenMP is given."""
        even = _padded(vectors)
        dim = even.shape[1]
        metric = faiss.METRIC_INNER_PRODUCT
        codes = faiss.IndexIVFPQFastScan(faiss.IndexFlatIP(dim), dim, 1, dim // PIECE, 4, metric)
        codes.pq.cp.min_points_per_centroid = codes.cp.min_points_per_centroid = 1
        step = max(1, len(even) // SAMPLE)
        codes.train(even[::step] if len(even) >= CODES else np.resize(even, (CODES, dim)))
        codes.add(even)
        return cls(codes, vectors)

    @classmethod
    def read(cls, path: Path, vectors: Vectors) -> "QuantisedIndex":
        """The codes as `write` left them; InvalidValue where they are of other vectors, RuntimeError where none."""
        codes = faiss.read_index(str(path))
        shape = (len(vectors), vectors.shape[1] + vectors.shape[1] % PIECE)
        if not isinstance(codes, faiss.IndexIVFPQFastScan) or (codes.ntotal, codes.d) != shape:
            raise InvalidValue(path.name, codes, f"codes of {vectors.shape} vectors")
        return cls(codes, vectors, effort=float(codes.nprobe))

    def write(self, path: Path) -> None:
        self._codes.nprobe = round(self.effort)  # the one number of the file that a single cell has no use for
        faiss.write_index(self._codes, str(path))

    @property
    def nbytes(self) -> int:
        """Bytes of memory beyond the vectors it was given."""
        return int(self._codes.ntotal * (8 + self._codes.d // PIECE // 2))

    def search(self, vector: Vector, k: int, allowed: Mask | None = None) -> Nearest:
        """Nearly always the `k` rows of the largest inner product with `vector` [dim], among the `allowed` [n] where
        given; exactly those where the filter allows few."""
        total, dim = self._vectors.shape
        check(vector, k, allowed, dim, total)
        reachable = total if allowed is None else int(np.count_nonzero(allowed))
        wanted = self._wanted(k, reachable)
        if reachable * dim <= FEW_NUMBERS or wanted >= reachable:
            rows = np.arange(total) if allowed is None else np.flatnonzero(allowed)
            return among(self._vectors, rows, vector, k)
        query = _padded(np.asarray(vector, dtype=np.float32)[None])
        if allowed is not None and reachable >= WIDE * total:
            found = self._codes.search(query, min(total, round(SPARE * wanted * total / reachable)))[1][0]
            found = found[allowed[found]]
            if len(found) >= wanted:
                return among(self._vectors, found[:wanted], vector, k)
        params = _faiss.SearchParametersIVF(nprobe=1, sel=selector(allowed))
        found = self._codes.search(query, wanted, params=params)[1][0]
        return among(self._vectors, found[found >= 0], vector, k)

    def work(self, vector: Vector, k: int, allowed: Mask | None = None) -> float:
        """What a search has to do, in nanoseconds."""
        total, dim = self._vectors.shape
        reachable = total if allowed is None else int(np.count_nonzero(allowed))
        wanted = self._wanted(k, reachable)
        if reachable * dim <= FEW_NUMBERS or wanted >= reachable:
            return work.STEP + work.gathered(reachable, dim)
        asked = wanted
        if allowed is not None and reachable >= WIDE * total:
            asked = round(SPARE * wanted * total / reachable)
        scan = work.scanned(total, dim) + work.kept(asked) + (0.0 if allowed is None else work.marked(total))
        return 3 * work.STEP + scan + work.gathered(wanted, dim)

    def _wanted(self, k: int, reachable: int) -> int:
        """How many are looked at whole where so many rows are allowed."""
        more: float = (len(self._vectors) / max(reachable, 1)) ** NARROW
        return min(int(self.effort * more * k), reachable)

    @staticmethod
    def least_work(total: int, dim: int) -> float:
        """Whatever is allowed, all codes are read, unless next to nothing is."""
        return work.scanned(total, dim) if total * dim > 10 * FEW_NUMBERS else 0.0


def _padded(vectors: Vectors) -> Vectors:  # [n, dim + dim % PIECE]
    return np.pad(vectors, ((0, 0), (0, vectors.shape[1] % PIECE)))
