"""Which index serves a set of vectors, and how much of the truth it finds."""

import faiss
import numpy as np
from numpy.typing import NDArray

from embeddings.index.exact import ExactIndex
from embeddings.index.hnsw import HnswIndex
from embeddings.serving_snapshot import VectorIndex

__all__ = ["LOOKED_AT_LIMIT", "build_index", "index_recall", "tune", "use_one_thread"]

LOOKED_AT_LIMIT = 40_000
"""Where an exact search looks at fewer vectors than this, no graph is faster: .3 ms at 64 dimensions."""

EF_STEPS = (128, 192, 256, 384, 512, 768, 1024)
RECALL_SOUGHT = 0.975
"""What efSearch is chosen for; the gate of a publication asks for a little less, on other vectors."""


def build_index(vectors: NDArray[np.float32], queries: NDArray[np.float32]) -> ExactIndex | HnswIndex:
    """The index for this many vectors, tuned on `queries` [m, dim] like those it will be asked.

    Exact search where it looks at few vectors, as it does in small sets and in those of unequal length. Else HNSW with
    the smallest efSearch that finds .975 of the 100 nearest; where none does, exact search again.
    """
    exact = ExactIndex(vectors)
    if not len(queries) or np.mean([exact.looked_at(query, 100) for query in queries]) < LOOKED_AT_LIMIT:
        return exact
    index = HnswIndex.build(vectors)
    return index if tune(index, vectors, queries) else exact


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
