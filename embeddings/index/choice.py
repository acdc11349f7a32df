"""Which index serves a set of vectors, and how much of the truth it finds."""

import math
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import faiss
import numpy as np
from numpy.typing import NDArray

from embeddings.index.exact import ExactIndex
from embeddings.index.hnsw import HnswIndex
from embeddings.index.ivf import IvfIndex
from embeddings.index.quantised import QuantisedIndex
from embeddings.index.sketch import SketchIndex
from embeddings.serving_snapshot import VectorIndex

__all__ = ["KINDS", "LOOKED_AT_LIMIT", "Index", "build_index", "index_recall", "tune", "use_one_thread"]

Index = ExactIndex | SketchIndex | QuantisedIndex | IvfIndex | HnswIndex

LOOKED_AT_LIMIT = 20_000
"""Where an exact search looks at fewer vectors of 64 numbers than this, nothing is tried beside it: .15 ms."""

FAST_ENOUGH = 0.5e-3
"""Seconds of a search, under which no further kind is tried."""

SUBSTANTIAL = 0.8
"""The part of the time so far that a kind tried later must stay under."""

RECALL_SOUGHT = 0.975
"""What the effort is chosen for; the gate of a publication asks for a little less, on other vectors."""

EF_STEPS: Sequence[float] = (128, 192, 256, 384, 512, 768, 1024)
BELIEVED_STEPS: Sequence[float] = (0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 1.0)
TIMES_STEPS: Sequence[float] = (2, 3, 4, 6, 10, 16)
SHARE_STEPS: Sequence[float] = (0.01, 0.02, 0.04, 0.08, 0.12, 0.18, 0.25, 0.35)

Build = Callable[[NDArray[np.float32], NDArray[np.float32]], "Tunable"]


class Tunable(VectorIndex, Protocol):
    """An index that finds more the harder it tries."""

    effort: float


KINDS: dict[str, Build] = {
    "sketch": SketchIndex.build,
    "quantised": lambda vectors, queries: QuantisedIndex.build(vectors),
    "ivf": lambda vectors, queries: IvfIndex.build(vectors),
    "hnsw": lambda vectors, queries: HnswIndex.build(vectors),
}
"""What is tried beside exact search, the quickest built first."""


def build_index(
    vectors: NDArray[np.float32],
    queries: NDArray[np.float32],
    recall: float | None = None,
    kinds: Mapping[str, Build] | None = None,
) -> VectorIndex:
    """The index for these vectors, tuned on `queries` [m, dim] like those it will be asked.

    Exact search where it reads little, as it does in small sets and in those of unequal length. Else each of `kinds`
    is tuned to find `recall` (.975), and the fastest of those that do serves; exact search where none does or none is
    faster. Times are taken here, of one thread at work, with all, half and a tenth of the rows allowed; a kind tried
    later must be a fifth faster. What a kind is built with, it is not tuned on.
    """
    exact = ExactIndex(vectors)
    read = [exact.looked_at(query, 100) * vectors.shape[1] for query in queries]
    if not len(queries) or np.mean(read) < LOOKED_AT_LIMIT * 64:
        return exact
    known, fresh = queries[::2], queries[min(1, len(queries) - 1) :: 2]
    best: VectorIndex = exact
    least = _seconds(exact, len(vectors), fresh)
    for build in (KINDS if kinds is None else kinds).values():
        if least <= FAST_ENOUGH:
            break
        index = build(vectors, known)
        if tune(index, vectors, fresh, recall):
            taken = _seconds(index, len(vectors), fresh)
            if taken < SUBSTANTIAL * least:
                best, least = index, taken
    return best


def tune(
    index: Tunable, vectors: NDArray[np.float32], queries: NDArray[np.float32], recall: float | None = None
) -> bool:
    """Set the least effort that finds `recall` (.975) of the 100 nearest; whether one does.

    It has to do so with all, half and a tenth of the rows allowed.
    """
    sought = RECALL_SOUGHT if recall is None else recall
    questions = [(mask, _bars(vectors, queries, 100, mask)) for mask in _masks(len(vectors))]
    for effort in _steps(index):
        index.effort = effort
        if all(_share_found(index, queries, bars, 100, mask) >= sought for mask, bars in questions):
            return True
    return False


def index_recall(index: VectorIndex, vectors: NDArray[np.float32], queries: NDArray[np.float32], k: int = 100) -> float:
    """The share of the `k` nearest of each query [m, dim] that the index finds; one as near as the k-th is a hit.

    1 where there is nothing to ask or to find.
    """
    return _share_found(index, queries, _bars(vectors, queries, k, None), k, None)


def _steps(index: Tunable) -> Sequence[float]:
    match index:
        case SketchIndex():
            return BELIEVED_STEPS
        case QuantisedIndex():
            return TIMES_STEPS
        case IvfIndex():
            return SHARE_STEPS
    return EF_STEPS


def _seconds(index: VectorIndex, total: int, queries: NDArray[np.float32]) -> float:
    """What a search keeps its thread busy for: the median over queries, the mean over filters of several widths."""
    masks, threads = _masks(total), faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        return float(np.mean([np.median([_timed(index, query, mask) for query in queries]) for mask in masks]))
    finally:
        faiss.omp_set_num_threads(threads)


def _timed(index: VectorIndex, query: NDArray[np.float32], allowed: NDArray[np.bool_] | None) -> float:
    """The best of three."""
    least = math.inf
    for _ in range(3):
        started = time.thread_time()
        index.search(query, 100, allowed)
        least = min(least, time.thread_time() - started)
    return least


def _masks(total: int) -> list[NDArray[np.bool_] | None]:
    """Filters of several widths: none, and random rows."""
    rng = np.random.default_rng(0)
    return [None, *(rng.random(total) < share for share in (0.5, 0.1))]


def _bars(
    vectors: NDArray[np.float32], queries: NDArray[np.float32], k: int, allowed: NDArray[np.bool_] | None
) -> NDArray[np.float32]:  # [m, ≤ k]
    """The best scores of each query, less what two ways to sum the same products differ by."""
    held = np.ascontiguousarray(vectors if allowed is None else vectors[allowed])
    if not held.size or not len(queries):
        return np.empty((len(queries), 0), dtype=np.float32)
    scores, _ = faiss.knn(np.ascontiguousarray(queries), held, min(k, len(held)), faiss.METRIC_INNER_PRODUCT)
    bars: NDArray[np.float32] = scores - np.float32(1e-5) * np.abs(scores).max(axis=1, keepdims=True, initial=0.0)
    return bars


def _share_found(
    index: VectorIndex,
    queries: NDArray[np.float32],
    bars: NDArray[np.float32],
    k: int,
    allowed: NDArray[np.bool_] | None,
) -> float:
    """1 where there is nothing to ask or to find."""
    if not bars.size:
        return 1.0
    hits = [
        np.count_nonzero(index.search(query, k, allowed).scores[: len(best)] >= best.min())
        for query, best in zip(queries, bars, strict=True)
    ]
    return float(np.sum(hits)) / bars.size


def use_one_thread() -> None:
    """Let FAISS work in the calling thread alone, from now on: for a server, whose cores have other requests."""
    faiss.omp_set_num_threads(1)
