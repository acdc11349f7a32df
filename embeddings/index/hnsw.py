"""HnswIndex: a FAISS graph of near vectors, for sets too large and too even in length to look at one by one."""

from pathlib import Path
from typing import Any

import faiss
import numpy as np

from embeddings.index import work
from embeddings.index.found import Mask, Vector, Vectors, among, brought_to_one_length, check, ranked
from embeddings.index.selector import selector
from embeddings.nearest import Nearest
from graph import InvalidValue

__all__ = ["HnswIndex"]

LEAST_EF = 128

NEW_LINKS = 16
"""How many vectors a candidate brings that were not visited before, of the up to 96 that it is linked with."""

_faiss: Any = faiss  # for what its type stubs get wrong: the parameters of a search


class HnswIndex:
    """A navigable small-world graph; most of the nearest, ties by row. Safe to search from many threads.

    A filter that allows one row in x lets x times as many candidates be kept, until to look at all that it allows is
    less to do: at 100,000 vectors of 64 numbers below a fifth of them, at a million below a sixteenth.

    The vectors are brought to one length first: links between vectors of very unequal length lead a search by inner
    product astray.
    """

    def __init__(self, graph: faiss.IndexHNSW, vectors: Vectors) -> None:
        self._graph = graph
        self._vectors = vectors  # [n, dim], what the graph was built from
        self._all = faiss.downcast_index(graph.storage)

    @classmethod
    def build(cls, vectors: Vectors, links: int = 48, ef_construction: int = 64) -> "HnswIndex":
        """The graph of these vectors, by one thread: with more, no two builds link the same."""
        graph = faiss.IndexHNSWFlat(vectors.shape[1] + 1, links)
        graph.hnsw.efConstruction = ef_construction
        graph.hnsw.efSearch = LEAST_EF
        threads = faiss.omp_get_max_threads()
        faiss.omp_set_num_threads(1)
        try:
            graph.add(brought_to_one_length(vectors))
        finally:
            faiss.omp_set_num_threads(threads)
        return cls(graph, vectors)

    @classmethod
    def read(cls, path: Path, vectors: Vectors) -> "HnswIndex":
        """The graph as `write` left it; InvalidValue where it is of other vectors, RuntimeError where it is none.

        Whether the vectors are the same is looked up for some of them, evenly spread.
        """
        graph = faiss.read_index(str(path))
        if not isinstance(graph, faiss.IndexHNSW) or (graph.ntotal, graph.d - 1) != vectors.shape:
            raise InvalidValue(path.name, graph, f"an HNSW graph of {vectors.shape} vectors")
        index = cls(graph, vectors)
        for row in np.linspace(0, len(vectors) - 1, min(len(vectors), 16), dtype=np.int64).tolist():
            if not np.array_equal(index._all.reconstruct(row)[:-1], vectors[row]):
                raise InvalidValue(
                    path.name, f"another vector in row {row}", f"an HNSW graph of {vectors.shape} vectors"
                )
        return index

    def write(self, path: Path) -> None:
        faiss.write_index(self._graph, str(path))

    @property
    def nbytes(self) -> int:
        """Bytes of memory beyond the vectors it was given."""
        hnsw: Any = self._graph.hnsw
        return int(4 * hnsw.neighbors.size() + 8 * hnsw.offsets.size() + 4 * self._graph.ntotal * self._graph.d)

    @property
    def effort(self) -> float:
        """How many candidates a search for up to 100 rows keeps: efSearch."""
        return float(self._graph.hnsw.efSearch)

    @effort.setter
    def effort(self, candidates: float) -> None:
        self._graph.hnsw.efSearch = int(candidates)

    def search(self, vector: Vector, k: int, allowed: Mask | None = None) -> Nearest:
        """Nearly always the `k` rows of the largest inner product with `vector` [dim], among the `allowed` [n] where
        given; exactly those where the filter allows few."""
        check(vector, k, allowed, self._vectors.shape[1], self._graph.ntotal)
        query = np.append(vector, np.float32(0)).astype(np.float32)[None]  # [1, dim + 1]
        reachable, share = self._reachable(allowed)
        wanted = min(k, reachable)
        if not wanted:
            return ranked(np.empty(0, np.int64), np.empty(0, np.float32), k)
        if allowed is not None and self._work_of_all(reachable) <= self._work_of_links(k, share):
            return among(self._vectors, np.flatnonzero(allowed), vector, k)
        params = _faiss.SearchParametersHNSW(efSearch=self._kept(k, share), sel=selector(allowed))
        found = self._graph.search(query, wanted, params=params)[1][0]
        return among(self._vectors, found[found >= 0], vector, k)

    def work(self, vector: Vector, k: int, allowed: Mask | None = None) -> float:
        """What a search has to do, in nanoseconds: a candidate kept brings the links of its own that are new."""
        reachable, share = self._reachable(allowed)
        links = self._work_of_links(k, share)
        return links if allowed is None else min(self._work_of_all(reachable), links)

    @staticmethod
    def least_work(total: int, dim: int) -> float:
        """The mean over all, half and a tenth of so many rows allowed, at the least effort."""
        links = [work.hopped(min(total, times * NEW_LINKS * LEAST_EF), dim + 1) for times in (1, 2, 10)]
        of_all = [work.gathered(round(share * total), dim) for share in (1.0, 0.45, 0.09)]
        return sum(map(min, links, of_all)) / 3

    def _reachable(self, allowed: Mask | None) -> tuple[int, float]:
        """(how many rows are allowed, what share of all they are)."""
        total = int(self._graph.ntotal)
        reachable = total if allowed is None else int(np.count_nonzero(allowed))
        return reachable, reachable / max(total, 1)

    def _work_of_all(self, reachable: int) -> float:
        """Of a search that looks at every row that is allowed."""
        return work.STEP + work.gathered(reachable, self._vectors.shape[1])

    def _work_of_links(self, k: int, share: float) -> float:
        """Of one along the links, where this share of the rows is allowed."""
        total, dim = self._vectors.shape
        visited = min(total, NEW_LINKS * self._kept(k, share)) if share else 0
        return 2 * work.STEP + work.hopped(visited, dim + 1) + work.gathered(min(k, round(share * total)), dim)

    def _kept(self, k: int, share: float) -> int:
        """How many candidates a search keeps where this share of the rows is allowed."""
        return int(max(self.effort, self.effort * k / 100) / share)
