"""EvaluationTable: what was measured of every method, and how sure one can be that one is better than another."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embeddings.evaluation.bootstrap import Interval, paired_difference
from embeddings.evaluation.slices import SliceRow
from embeddings.evaluation.split import Task
from graph import Instant, NotFound, iso

__all__ = ["Comparison", "EvaluationRow", "EvaluationTable"]


@dataclass(frozen=True)
class EvaluationRow:
    """One method on one task.

    recalls, ndcgs: [num_customers], one value for each customer of the task, in the order of `HeldOut.customers`.
    coverage, gini: of the places of all lists over the products that the method knows.
    novelty: bits. rank: the mean popularity rank of what is listed, 1 the most bought before the cut; wanted_rank: that
        of what was bought after it. diversity: nan where no category is known.
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
    gini: float
    novelty: float
    rank: float
    wanted_rank: float
    diversity: float
    slices: tuple[SliceRow, ...]
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
            "gini": self.gini,
            "novelty": self.novelty,
            "popularity_rank": _or_null(self.rank),
            "wanted_popularity_rank": _or_null(self.wanted_rank),
            "diversity": _or_null(self.diversity),
            "slices": [part.as_json() for part in self.slices],
            "fit_seconds": round(self.fit_seconds, 3),
            "rank_seconds": round(self.rank_seconds, 3),
        }


@dataclass(frozen=True)
class Comparison:
    """How much better one method is than another on a task, paired by customer."""

    ours: str
    theirs: str
    task: Task
    recall: Interval
    ndcg: Interval

    def as_json(self) -> dict[str, Any]:
        return {
            "method": self.ours,
            "reference": self.theirs,
            "task": self.task.value,
            "recall": self.recall._asdict(),
            "ndcg": self.ndcg._asdict(),
        }


@dataclass(frozen=True)
class EvaluationTable:
    """The rows of all methods, method by method in the order given, each on every task.

    seed: of the customers that every bootstrap draws, so that an interval does not depend on what else is in the table.
    """

    cut: Instant
    k: int
    train_pairs: int
    rows: tuple[EvaluationRow, ...]
    seed: int

    def row(self, method: str, task: Task) -> EvaluationRow:
        """The row of a method on a task; NotFound where it has none."""
        for row in self.rows:
            if row.method == method and row.task is task:
                return row
        raise NotFound("evaluated method", f"{method} on {task.value}")

    @property
    def methods(self) -> list[str]:
        return list(dict.fromkeys(row.method for row in self.rows))

    def best(self, methods: Collection[str], task: Task) -> str:
        """The one of these with the highest NDCG on a task; of equals the first."""
        rows = [row for row in self.rows if row.method in methods and row.task is task]
        if not rows:
            raise NotFound("evaluated method", f"one of {', '.join(methods)} on {task.value}")
        return max(rows, key=lambda row: row.ndcg.mean).method

    def difference(self, ours: str, theirs: str, task: Task) -> Comparison:
        """How much better `ours` is than `theirs` on a task."""
        left, right = self.row(ours, task), self.row(theirs, task)
        recall = paired_difference(left.recalls, right.recalls, np.random.default_rng(self.seed))
        ndcg = paired_difference(left.ndcgs, right.ndcgs, np.random.default_rng(self.seed))
        return Comparison(ours, theirs, task, recall, ndcg)

    def differences(self, reference: Mapping[Task, str]) -> list[Comparison]:
        """Every other method held against a task's reference, in the order of the rows."""
        return [
            self.difference(row.method, reference[row.task], row.task)
            for row in self.rows
            if row.method != reference[row.task]
        ]

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
        heading = (
            *("method", "task", f"recall@{self.k}", f"ndcg@{self.k}", "coverage", "gini", "novelty", "rank", "wanted"),
            *("diversity", "fit s", "rank s"),
        )
        return [
            heading,
            *(
                (
                    row.method,
                    row.task.value,
                    str(row.recall),
                    str(row.ndcg),
                    f"{row.coverage:.3f}",
                    f"{row.gini:.3f}",
                    f"{row.novelty:.1f}",
                    f"{row.rank:,.0f}",
                    f"{row.wanted_rank:,.0f}",
                    f"{row.diversity:.2f}",
                    f"{row.fit_seconds:.1f}",
                    f"{row.rank_seconds:.1f}",
                )
                for row in self.rows
            ),
        ]


def _or_null(value: float) -> float | None:
    return None if np.isnan(value) else value
