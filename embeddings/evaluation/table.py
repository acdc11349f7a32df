"""Evaluation: every method on the same time split, as one table with intervals."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embeddings.evaluation.bootstrap import Interval, mean_interval, paired_difference
from embeddings.evaluation.metrics import coverage, ndcg_at, novelty, recall_at
from embeddings.evaluation.ranker import Method, Ranker
from embeddings.evaluation.split import HeldOut, Task, time_split
from graph import EdgeArrays, Instant, InvalidValue, NotFound, iso

__all__ = ["EvaluationRow", "EvaluationTable", "Progress", "evaluate", "silent"]

Progress = Callable[[str, int, int], None]
"""Called with (what is being done, steps done, steps in all)."""


def silent(what: str, done: int, of: int) -> None:
    """The progress nobody looks at."""


@dataclass(frozen=True)
class EvaluationRow:
    """One method on one task.

    recalls, ndcgs: [num_customers], one value for each customer of the task, in the order of `HeldOut.customers`.
    fit_seconds: of the method, not of the task; rank_seconds: of all lists of the task.
    """

    method: str
    task: Task
    pairs: int
    recalls: NDArray[np.float64]
    ndcgs: NDArray[np.float64]
    recall: Interval
    ndcg: Interval
    coverage: float
    novelty: float
    fit_seconds: float
    rank_seconds: float

    def as_json(self) -> dict[str, Any]:
        return {
            "method": self.method,
            "task": self.task.value,
            "customers": len(self.recalls),
            "pairs": self.pairs,
            "recall": self.recall._asdict(),
            "ndcg": self.ndcg._asdict(),
            "coverage": self.coverage,
            "novelty": self.novelty,
            "fit_seconds": round(self.fit_seconds, 3),
            "rank_seconds": round(self.rank_seconds, 3),
        }


@dataclass(frozen=True)
class EvaluationTable:
    """The rows of all methods, method by method in the order given, each on every task."""

    cut: Instant
    k: int
    train_pairs: int
    rows: tuple[EvaluationRow, ...]

    def row(self, method: str, task: Task) -> EvaluationRow:
        """The row of a method on a task; NotFound where it has none."""
        for row in self.rows:
            if row.method == method and row.task is task:
                return row
        raise NotFound("evaluated method", f"{method} on {task.value}")

    def differences(self, ours: str, theirs: str, task: Task, rng: np.random.Generator) -> tuple[Interval, Interval]:
        """How much better `ours` is than `theirs`, paired by customer: (recall, ndcg)."""
        left, right = self.row(ours, task), self.row(theirs, task)
        return (
            paired_difference(left.recalls, right.recalls, rng),
            paired_difference(left.ndcgs, right.ndcgs, rng),
        )

    def as_json(self) -> dict[str, Any]:
        """The whole table as what JSON can hold; the values of single customers are left out."""
        return {
            "cut": iso(self.cut),
            "k": self.k,
            "train_pairs": self.train_pairs,
            "rows": [row.as_json() for row in self.rows],
        }

    def lines(self) -> list[tuple[str, ...]]:
        """A heading and a line a row, as texts to be laid out in columns."""
        heading = ("method", "task", f"recall@{self.k}", f"ndcg@{self.k}", "coverage", "novelty", "fit s", "rank s")
        return [
            heading,
            *(
                (
                    row.method,
                    row.task.value,
                    str(row.recall),
                    str(row.ndcg),
                    f"{row.coverage:.3f}",
                    f"{row.novelty:.1f}",
                    f"{row.fit_seconds:.1f}",
                    f"{row.rank_seconds:.1f}",
                )
                for row in self.rows
            ),
        ]


def evaluate(
    methods: Mapping[str, Method],
    edges: EdgeArrays,
    cut: Instant,
    *,
    rng: np.random.Generator,
    k: int = 20,
    until: Instant | None = None,
    progress: Progress = silent,
    clock: Callable[[], float] = time.perf_counter,
) -> EvaluationTable:
    """Fit every method on what came up to `cut` and measure its lists on what came after (up to `until`).

    A model trained elsewhere joins as `Fitted(ranker)`. NothingToEvaluate where a side of the split is empty;
    InvalidValue where a ranker's answer has the wrong shape, names a product that it does not have, or one twice.
    """
    split = time_split(edges, cut, until)
    train = split.matrix()
    bought = train.bought()
    buyers = np.bincount(bought.indices, minlength=train.shape[1] + 1)  # [num_products + 1], the last for any other
    tasks = [split.held_out(task) for task in Task]
    steps = len(methods) * (1 + len(tasks))
    rows: list[EvaluationRow] = []
    for number, (name, method) in enumerate(methods.items()):
        done = number * (1 + len(tasks))
        progress(f"fitting {name}", done, steps)
        begun = clock()
        ranker = method.fit(train)
        fit_seconds = clock() - begun
        for place, held_out in enumerate(tasks):
            progress(f"ranking {name}, {held_out.task.value}", done + 1 + place, steps)
            begun = clock()
            answer = ranker.rank(held_out.customers, k, held_out.task.masks_history)
            rank_seconds = clock() - begun
            lists = _as_columns(name, answer, ranker, held_out, k)
            recalls, ndcgs = recall_at(k, lists, held_out.relevant), ndcg_at(k, lists, held_out.relevant)
            rows.append(
                EvaluationRow(
                    method=name,
                    task=held_out.task,
                    pairs=held_out.pairs,
                    recalls=recalls,
                    ndcgs=ndcgs,
                    recall=mean_interval(recalls, rng),
                    ndcg=mean_interval(ndcgs, rng),
                    coverage=coverage(answer, len(ranker.products)),
                    novelty=float(novelty(lists, buyers, train.shape[0]).mean()),
                    fit_seconds=fit_seconds,
                    rank_seconds=rank_seconds,
                )
            )
    progress("done", steps, steps)
    return EvaluationTable(cut=cut, k=k, train_pairs=int(bought.nnz), rows=tuple(rows))


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
