"""evaluate: every method on the same split, one value per customer, into one table."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from embeddings.evaluation.bootstrap import mean_interval
from embeddings.evaluation.exposure import (
    coverage,
    diversity,
    gini,
    mean_rank,
    novelty,
    popularity_ranks,
    wanted_rank,
)
from embeddings.evaluation.metrics import ndcg_at, recall_at
from embeddings.evaluation.ranker import Method, Ranker
from embeddings.evaluation.slices import Slice, measured, slices
from embeddings.evaluation.split import HeldOut, Split, Task
from embeddings.evaluation.table import EvaluationRow, EvaluationTable
from embeddings.interaction_matrix import InteractionMatrix
from graph import InvalidValue, ProductId

__all__ = ["Progress", "evaluate", "silent"]

Progress = Callable[[str, int, int], None]
"""Called with (what is being done, steps done, steps in all)."""


def silent(what: str, done: int, of: int) -> None:
    """The progress nobody looks at."""


@dataclass(frozen=True)
class Held:
    """One task's lists to be filled, and all that they are measured by."""

    held_out: HeldOut
    slices: list[Slice]
    buyers: NDArray[np.int64]  # [num_products + 1], the last for any product that nobody in the data bought
    ranks: NDArray[np.float64]  # [num_products + 1]
    categories: NDArray[np.int32]  # [num_products + 1]
    num_customers: int
    wanted_rank: float

    @classmethod
    def of(cls, split: Split, task: Task, train: InteractionMatrix, categories: Mapping[ProductId, str]) -> Self:
        held_out = split.held_out(task)
        buyers = np.bincount(train.bought().indices, minlength=train.shape[1] + 1)
        ranks = popularity_ranks(buyers)
        names = sorted(set(categories.values()))
        numbers = {name: number for number, name in enumerate(names)} | {"": -1}
        known = [numbers[categories.get(product, "")] for product in held_out.products]
        return cls(
            held_out=held_out,
            slices=slices(train, held_out),
            buyers=buyers,
            ranks=ranks,
            categories=np.array([*known, -1], dtype=np.int32),
            num_customers=train.shape[0],
            wanted_rank=float(wanted_rank(held_out.relevant, ranks).mean()),
        )


def evaluate(
    methods: Mapping[str, Method],
    split: Split,
    *,
    rng: np.random.Generator,
    k: int = 20,
    categories: Mapping[ProductId, str] = MappingProxyType({}),
    progress: Progress = silent,
    clock: Callable[[], float] = time.perf_counter,
) -> EvaluationTable:
    """Fit every method on one side of the split and measure its lists on the other.

    A model trained elsewhere joins as `Fitted(ranker)`. categories: what diversity is told by; a product may have none.
    NothingToEvaluate where a side of the split is empty; InvalidValue where a ranker's answer has the wrong shape,
    names a product that it does not have, or one twice.
    """
    train = split.matrix()
    tasks = [Held.of(split, task, train, categories) for task in Task]
    seed = int(rng.integers(2**32))
    steps = len(methods) * (1 + len(tasks))
    rows: list[EvaluationRow] = []
    for number, (name, method) in enumerate(methods.items()):
        done = number * (1 + len(tasks))
        progress(f"fitting {name}", done, steps)
        begun = clock()
        ranker = method.fit(train)
        fit_seconds = clock() - begun
        for place, held in enumerate(tasks):
            task = held.held_out.task
            progress(f"ranking {name}, {task.value}", done + 1 + place, steps)
            begun = clock()
            answer = ranker.rank(held.held_out.customers, k, task.masks_history)
            rows.append(_row(name, ranker, answer, held, k, seed, fit_seconds, clock() - begun))
    progress("done", steps, steps)
    return EvaluationTable(cut=split.cut, k=k, train_pairs=int(train.bought().nnz), rows=tuple(rows), seed=seed)


def _row(
    name: str,
    ranker: Ranker,
    answer: NDArray[np.int32],
    held: Held,
    k: int,
    seed: int,
    fit_seconds: float,
    rank_seconds: float,
) -> EvaluationRow:
    relevant = held.held_out.relevant
    lists = _as_columns(name, answer, ranker, held.held_out, k)
    recalls, ndcgs = recall_at(k, lists, relevant), ndcg_at(k, lists, relevant)
    return EvaluationRow(
        method=name,
        task=held.held_out.task,
        pairs=held.held_out.pairs,
        recalls=recalls,
        ndcgs=ndcgs,
        recall=mean_interval(recalls, np.random.default_rng(seed)),
        ndcg=mean_interval(ndcgs, np.random.default_rng(seed)),
        coverage=coverage(answer, len(ranker.products)),
        gini=gini(answer, len(ranker.products)),
        novelty=float(novelty(lists, held.buyers, held.num_customers).mean()),
        rank=_mean_of_known(mean_rank(lists, held.ranks)),
        wanted_rank=held.wanted_rank,
        diversity=_mean_of_known(diversity(lists, held.categories)),
        slices=tuple(measured(k, lists, part, seed) for part in held.slices),
        fit_seconds=fit_seconds,
        rank_seconds=rank_seconds,
    )


def _as_columns(
    method: str, answer: NDArray[np.int32], ranker: Ranker, held_out: HeldOut, k: int
) -> NDArray[np.int32]:  # [num_customers, k]
    """A ranker's lists over its own products as lists over those of the test set, checked.

    A product nobody in the data bought gets the column after the last.
    """
    shape = (len(held_out.customers), k)
    if answer.shape != shape or not np.issubdtype(answer.dtype, np.integer):
        raise InvalidValue(f"lists of {method}", f"{answer.dtype} {answer.shape}", f"integers of shape {shape}")
    size = len(ranker.products)
    outside = answer[(answer < -1) | (answer >= size)]
    if len(outside):
        raise InvalidValue(f"lists of {method}", int(outside[0]), f"positions from -1 to {size - 1}")
    ordered = np.sort(answer, axis=1)
    if ((ordered[:, 1:] == ordered[:, :-1]) & (ordered[:, 1:] >= 0)).any():
        raise InvalidValue(f"lists of {method}", "a product twice in a list", "every product once")
    columns = {product: column for column, product in enumerate(held_out.products)}
    last = len(columns)
    own = np.array([*(columns.get(product, last) for product in ranker.products), -1], dtype=np.int32)
    return own[answer]  # -1 picks the last entry: no product


def _mean_of_known(values: NDArray[np.float64]) -> float:
    """The mean of those that are numbers, nan where none is."""
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else float("nan")
