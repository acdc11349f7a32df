"""VectorIndex over FAISS: exact for small sets, an HNSW graph for large ones; inner products, vectors of any length."""

from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from embeddings.serving_snapshot import Nearest, VectorIndex
from graph import InvalidValue

__all__ = ["EXACT_BELOW", "ExactIndex", "HnswIndex", "build_index", "index_recall", "tune", "use_one_thread"]

EXACT_BELOW = 20_000
"""With fewer vectors every one is looked at: .1 ms at 64 dimensions."""

EF_STEPS = (128, 192, 256, 384, 512, 768, 1024)
RECALL_SOUGHT = 0.975
"""What efSearch is chosen for; the gate of a publication asks for a little less, on other vectors."""

HNSW_SHARE = 0.5
"""Where a filter allows less than this share of the rows, all that it allows are looked at."""

_faiss: Any = faiss  # for what its type stubs get wrong: the parameters of a search

Rows = NDArray[np.int64]
Vector = NDArray[np.float32]


class ExactIndex:
    """Every vector looked at; exact, ties by row. Safe to search from many threads.

    vectors: [n, dim] float32; a copy is kept.
    """

    def __init__(self, vectors: NDArray[np.float32]) -> None:
        self._flat = faiss.IndexFlatIP(vectors.shape[1])
        self._flat.add(np.ascontiguousarray(vectors, dtype=np.float32))

    def search(self, vector: Vector, k: int, allowed: NDArray[np.bool_] | None = None) -> Nearest:
        """The `k` rows of the largest inner product with `vector` [dim], among the `allowed` [n] where given."""
        _check(vector, k, allowed, self._flat.d, self._flat.ntotal)
        params = None if allowed is None else _faiss.SearchParameters(sel=_selector(allowed))
        query = np.ascontiguousarray(vector, dtype=np.float32)[None]  # [1, dim]
        wanted = min(k + 1, self._flat.ntotal)
        if not wanted:
            return _ranked(np.empty(0, np.int64), np.empty(0, np.float32), k)
        found_scores, found_rows = self._flat.search(query, wanted, params=params)
        scores, rows = found_scores[0], found_rows[0]
        if len(rows) > k and rows[k] >= 0 and scores[k] == scores[k - 1]:  # a tie across the end of the list
            least = float(np.nextafter(scores[k], np.float32(-np.inf), dtype=np.float32))
            _, scores, rows = self._flat.range_search(query, least, params=params)
        known = rows >= 0
        return _ranked(rows[known], scores[known], k)


class HnswIndex:
    """A navigable small-world graph; most of the nearest, ties by row. Safe to search from many threads.

    The largest inner product is the smallest distance once every vector has one more coordinate that brings it to the
    length of the longest (Bachrach et al., "Speeding up the Xbox recommender system", 2014), and distance is what a
    graph is good at: links between vectors of very unequal length lead a search by inner product astray.
    """

    def __init__(self, graph: faiss.IndexHNSW, vectors: NDArray[np.float32]) -> None:
        self._graph = graph
        self._vectors = vectors  # [n, dim], what the graph was built from
        self._all = faiss.downcast_index(graph.storage)

    @classmethod
    def build(cls, vectors: NDArray[np.float32], links: int = 48, ef_construction: int = 64) -> "HnswIndex":
        """The graph of these vectors, with as many threads as OpenMP is given."""
        squares = np.einsum("ij,ij->i", vectors, vectors)  # [n]
        missing = np.sqrt(np.maximum(squares.max(initial=0.0) - squares, 0.0))
        graph = faiss.IndexHNSWFlat(vectors.shape[1] + 1, links)
        graph.hnsw.efConstruction = ef_construction
        graph.hnsw.efSearch = EF_STEPS[0]
        graph.add(np.column_stack([vectors, missing]).astype(np.float32))
        return cls(graph, vectors)

    @classmethod
    def read(cls, path: Path, vectors: NDArray[np.float32]) -> "HnswIndex":
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
    def ef_search(self) -> int:
        """How many candidates a search for up to 100 rows keeps."""
        return int(self._graph.hnsw.efSearch)

    @ef_search.setter
    def ef_search(self, candidates: int) -> None:
        self._graph.hnsw.efSearch = candidates

    def search(self, vector: Vector, k: int, allowed: NDArray[np.bool_] | None = None) -> Nearest:
        """Nearly always the `k` rows of the largest inner product with `vector` [dim], among the `allowed` [n] where
        given; exactly those where the filter allows few."""
        _check(vector, k, allowed, self._vectors.shape[1], self._graph.ntotal)
        query = np.append(vector, np.float32(0)).astype(np.float32)[None]  # [1, dim + 1]
        total = int(self._graph.ntotal)
        reachable = total if allowed is None else int(np.count_nonzero(allowed))
        wanted = min(k, reachable)
        if not wanted:
            return _ranked(np.empty(0, np.int64), np.empty(0, np.float32), k)
        share = reachable / total
        if share < HNSW_SHARE:
            found = self._all.search(query, wanted, params=_faiss.SearchParameters(sel=_selector(allowed)))[1]
        else:
            ef = int(max(self.ef_search, self.ef_search * k / 100) / share)
            params = _faiss.SearchParametersHNSW(efSearch=ef, sel=_selector(allowed))
            found = self._graph.search(query, wanted, params=params)[1]
        rows = found[0][found[0] >= 0]
        return _ranked(rows, self._vectors[rows] @ query[0, :-1], k)


def build_index(vectors: NDArray[np.float32], queries: NDArray[np.float32]) -> ExactIndex | HnswIndex:
    """The index for this many vectors, tuned on `queries` [m, dim] like those it will be asked.

    HNSW gets the smallest efSearch that finds .975 of the 100 nearest; where none does, exact search it is.
    """
    if len(vectors) < EXACT_BELOW or not len(queries):
        return ExactIndex(vectors)
    index = HnswIndex.build(vectors)
    return index if tune(index, vectors, queries) else ExactIndex(vectors)


def tune(index: HnswIndex, vectors: NDArray[np.float32], queries: NDArray[np.float32]) -> bool:
    """Set the smallest efSearch that finds .975 of the 100 nearest; whether one does."""
    k = min(100, len(vectors))
    bars = _bars(vectors, queries, k)
    for ef in EF_STEPS:
        index.ef_search = ef
        if _share_found(index, queries, bars, k) >= RECALL_SOUGHT:
            return True
    return False


def index_recall(index: VectorIndex, vectors: NDArray[np.float32], queries: NDArray[np.float32], k: int = 100) -> float:
    """The share of the `k` nearest of each query [m, dim] that the index finds; one as near as the k-th is a hit.

    1 where there is nothing to ask or to find.
    """
    k = min(k, len(vectors))
    if not k or not len(queries):
        return 1.0
    return _share_found(index, queries, _bars(vectors, queries, k), k)


def _bars(vectors: NDArray[np.float32], queries: NDArray[np.float32], k: int) -> NDArray[np.float32]:  # [m]
    """The score of the k-th nearest of each query, less what two ways to sum the same products differ by."""
    scores, _ = faiss.knn(np.ascontiguousarray(queries), np.ascontiguousarray(vectors), k, faiss.METRIC_INNER_PRODUCT)
    bars: NDArray[np.float32] = scores.min(axis=1) - np.float32(1e-5) * np.abs(scores).max(axis=1)
    return bars


def _share_found(index: VectorIndex, queries: NDArray[np.float32], bars: NDArray[np.float32], k: int) -> float:
    hits = [np.count_nonzero(index.search(query, k).scores >= bar) for query, bar in zip(queries, bars, strict=True)]
    return float(np.mean(hits)) / k


def use_one_thread() -> None:
    """Let FAISS work in the calling thread alone, from now on: for a server, whose cores have other requests."""
    faiss.omp_set_num_threads(1)


def _ranked(rows: Rows, scores: NDArray[np.float32], k: int) -> Nearest:
    order = np.lexsort((rows, -scores))[:k]
    return Nearest(rows[order], scores[order])


def _check(vector: Vector, k: int, allowed: NDArray[np.bool_] | None, dim: int, total: int) -> None:
    if vector.shape != (dim,):
        raise InvalidValue("vector", vector.shape, f"the shape ({dim},)")
    if k < 1:
        raise InvalidValue("k", k, "an integer of 1 or more")
    if allowed is not None and (allowed.shape != (total,) or allowed.dtype != np.bool_):
        raise InvalidValue("allowed", (allowed.shape, allowed.dtype.name), f"({total},) of bool")


def _selector(allowed: NDArray[np.bool_] | None) -> faiss.IDSelector | None:
    return None if allowed is None else _faiss.IDSelectorBitmap(np.packbits(allowed, bitorder="little"))
