"""Which index serves a set of vectors, and how much of the truth it finds."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import faiss
import numpy as np
from numpy.typing import NDArray

from embeddings.index.exact import ExactIndex
from embeddings.index.hnsw import HnswIndex
from embeddings.index.ivf import IvfIndex
from embeddings.index.quantised import QuantisedIndex
from embeddings.index.sketch import SketchIndex
from embeddings.nearest import VectorIndex

__all__ = [
    "ASKED_BY_GATE",
    "FAST_ENOUGH",
    "KINDS",
    "LITTLE_WORK",
    "Index",
    "Kind",
    "build_index",
    "index_recall",
    "tune",
    "use_one_thread",
]

Index = ExactIndex | SketchIndex | QuantisedIndex | IvfIndex | HnswIndex

LITTLE_WORK = 0.15e6
"""Nanoseconds of an exact search without filters, under which nothing is tried beside it."""

FAST_ENOUGH = 0.5e6
"""Nanoseconds of a search, the mean over filters of several widths, under which no further kind is tried."""

SUBSTANTIAL = 0.8
"""The part of the work so far that a kind tried later must stay under."""

RECALL_SOUGHT = 0.97
"""What an index must find, as the gate of a publication asks it of vectors of its own."""

SURE = 2.33
"""Standard errors between the recall measured and the one relied on: 99 of 100 times it is no less."""

ASKED_BY_GATE = 200
"""How many vectors the gate asks: so few miss the recall of all by a little themselves."""

COUNTED = 32
"""For how many queries the work is counted."""

EF_STEPS: Sequence[float] = (128, 192, 256, 384, 512, 768, 1024)
BELIEVED_STEPS: Sequence[float] = (0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 1.0)
TIMES_STEPS: Sequence[float] = (2, 3, 4, 5, 6, 7, 8, 10, 12, 16)
SHARE_STEPS: Sequence[float] = (0.01, 0.02, 0.04, 0.08, 0.12, 0.18, 0.25, 0.35)

Build = Callable[[NDArray[np.float32], NDArray[np.float32]], "Tunable"]


class Counted(VectorIndex, Protocol):
    """An index that says what a search has to do."""

    def work(self, vector: NDArray[np.float32], k: int, allowed: NDArray[np.bool_] | None = None) -> float:
        """In nanoseconds, as `embeddings.index.work` counts and weighs."""
        ...


class Tunable(Counted, Protocol):
    """An index that finds more the harder it tries."""

    effort: float


@dataclass(frozen=True)
class Kind:
    """How an index is made of (vectors, queries), and what it has to do at the very least for (total, dim)."""

    build: Build
    least_work: Callable[[int, int], float] = lambda total, dim: 0.0


KINDS: dict[str, Kind] = {
    "sketch": Kind(SketchIndex.build),
    "quantised": Kind(lambda vectors, queries: QuantisedIndex.build(vectors), QuantisedIndex.least_work),
    "ivf": Kind(lambda vectors, queries: IvfIndex.build(vectors)),
    "hnsw": Kind(lambda vectors, queries: HnswIndex.build(vectors), HnswIndex.least_work),
}
"""What is tried beside exact search, the quickest built first."""


@dataclass(frozen=True)
class _Question:
    """Queries [m, dim] under a filter, and the best scores [m, ≤ k] that there are."""

    queries: NDArray[np.float32]
    allowed: NDArray[np.bool_] | None
    bars: NDArray[np.float32]


def build_index(
    vectors: NDArray[np.float32],
    queries: NDArray[np.float32],
    recall: float | None = None,
    kinds: Mapping[str, Kind] | None = None,
) -> VectorIndex:
    """The index for these vectors, tuned on `queries` [m, dim] like those it will be asked; the same every time.

    Exact search where it does little, as it does in small sets and in those of unequal length. Else each of `kinds`
    is tuned to find `recall` (.97), and the one that has least to do of those that find it serves; exact search where
    none does. What a search has to do is counted, not timed, with all, half and a tenth of the rows allowed; a kind
    tried later must do a fifth less, and one that cannot is not built. What a kind is built with, it is not tuned on.
    """
    exact = ExactIndex(vectors)
    if not len(queries):
        return exact
    known, fresh = queries[::2], queries[min(1, len(queries) - 1) :: 2]
    masks = _masks(len(vectors))
    if _work(exact, masks[:1], fresh) <= LITTLE_WORK:
        return exact
    best: VectorIndex = exact
    least = _work(exact, masks, fresh)
    questions = _questions(vectors, fresh)
    for kind in (KINDS if kinds is None else kinds).values():
        if least <= FAST_ENOUGH or kind.least_work(*vectors.shape) >= SUBSTANTIAL * least:
            continue
        index = kind.build(vectors, known)
        if _tuned(index, questions, recall):
            spent = _work(index, masks, fresh)
            if spent < SUBSTANTIAL * least:
                best, least = index, spent
    return best


def tune(
    index: Tunable, vectors: NDArray[np.float32], queries: NDArray[np.float32], recall: float | None = None
) -> bool:
    """Set the least effort that finds `recall` (.97) of the 100 nearest for sure; whether one does.

    It has to do so with all, half and a tenth of the rows allowed, and so well that as many other queries as the gate
    asks find it too, 99 of 100 times.
    """
    return _tuned(index, _questions(vectors, queries), recall)


def index_recall(index: VectorIndex, vectors: NDArray[np.float32], queries: NDArray[np.float32], k: int = 100) -> float:
    """The share of the `k` nearest of each query [m, dim] that the index finds; one as near as the k-th is a hit.

    1 where there is nothing to ask or to find.
    """
    return float(np.mean(_shares_found(index, _Question(queries, None, _bars(vectors, queries, k, None)), k)))


def _tuned(index: Tunable, questions: Sequence[_Question], recall: float | None) -> bool:
    """By halving: the harder an index tries, the more it finds."""
    sought = RECALL_SOUGHT if recall is None else recall
    steps = _steps(index)
    least, most = 0, len(steps)  # the first step that finds enough is one of these; the last of them is none
    while least < most:
        middle = (least + most) // 2
        index.effort = steps[middle]
        if all(_sure(_shares_found(index, question, 100)) >= sought for question in questions):
            most = middle
        else:
            least = middle + 1
    if least < len(steps):
        index.effort = steps[least]
    return least < len(steps)


def _sure(shares: NDArray[np.float64]) -> float:
    """What the mean of some other queries, as many as the gate asks, will hardly be less than."""
    spread = float(np.std(shares)) * math.sqrt(1 / len(shares) + 1 / ASKED_BY_GATE)
    return float(np.mean(shares)) - SURE * spread


def _steps(index: Tunable) -> Sequence[float]:
    match index:
        case SketchIndex():
            return BELIEVED_STEPS
        case QuantisedIndex():
            return TIMES_STEPS
        case IvfIndex():
            return SHARE_STEPS
    return EF_STEPS


def _work(index: Counted, masks: Sequence[NDArray[np.bool_] | None], queries: NDArray[np.float32]) -> float:
    """What a search has to do: the mean over filters of several widths and some of the queries."""
    some = queries[:: max(1, len(queries) // COUNTED)][:COUNTED]
    return float(np.mean([index.work(query, 100, mask) for mask in masks for query in some]))


def _masks(total: int) -> list[NDArray[np.bool_] | None]:
    """Filters of several widths: none, and random rows."""
    rng = np.random.default_rng(0)
    return [None, *(rng.random(total) < share for share in (0.5, 0.1))]


def _questions(vectors: NDArray[np.float32], queries: NDArray[np.float32]) -> list[_Question]:
    return [_Question(queries, mask, _bars(vectors, queries, 100, mask)) for mask in _masks(len(vectors))]


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


def _shares_found(index: VectorIndex, asked: _Question, k: int) -> NDArray[np.float64]:  # [m], or [1]
    """Of each query; 1 where there is nothing to ask or to find."""
    if not asked.bars.size:
        return np.ones(1)
    hits = [
        np.count_nonzero(index.search(query, k, asked.allowed).scores[: len(best)] >= best.min())
        for query, best in zip(asked.queries, asked.bars, strict=True)
    ]
    return np.array(hits, dtype=np.float64) / np.float64(asked.bars.shape[1])


def use_one_thread() -> None:
    """Let FAISS work in the calling thread alone, from now on: for a server, whose cores have other requests."""
    faiss.omp_set_num_threads(1)
