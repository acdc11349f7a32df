"""Tuning: each baseline's settings, chosen on the window before the one that is measured."""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from embeddings.baselines.blend import Blend, highest
from embeddings.baselines.buy_again import BuyAgain
from embeddings.baselines.discovered import Discovered
from embeddings.baselines.once import Shared
from embeddings.evaluation.evaluate import Progress, silent
from embeddings.evaluation.metrics import ndcg_at, recall_at
from embeddings.evaluation.ranker import CHUNK, Method, Ranker, ScoreMethod, ScoreRanker, top_k
from embeddings.evaluation.split import HeldOut, Split, Task
from embeddings.interaction_matrix import InteractionMatrix
from graph import CustomerId, ProductId

__all__ = ["PerTask", "Trial", "Tuned", "tuned"]

MAX_CUSTOMERS = 1_000
"""Customers settings are chosen on: evenly spread over all where there are more."""


@dataclass(frozen=True)
class Trial:
    """One setting on the window before: means over the customers it was tried on."""

    method: ScoreMethod
    recall: float
    ndcg: float

    def as_json(self) -> dict[str, Any]:
        return {"settings": repr(self.method), "recall": self.recall, "ndcg": self.ndcg}


@dataclass(frozen=True)
class Tuned:
    """What was tried for one line of the table, by task; settings are chosen by NDCG, of equals the first tried.

    untried: settings of the grid there was no time for.
    """

    trials: Mapping[Task, tuple[Trial, ...]]
    untried: int = 0

    def best(self, task: Task) -> Trial:
        return max(self.trials[task], key=lambda trial: trial.ndcg)

    def as_json(self) -> dict[str, Any]:
        return {
            "untried": self.untried,
            **{
                task.value: {"chosen": repr(self.best(task).method), "trials": [trial.as_json() for trial in trials]}
                for task, trials in self.trials.items()
            },
        }


@dataclass(frozen=True)
class PerTask:
    """A method with settings of its own for each task; fitted once where they are the same."""

    everything: Method
    new: Method

    def fit(self, train: InteractionMatrix) -> "TwoRankers":
        everything = self.everything.fit(train)
        return TwoRankers(everything, everything if self.new == self.everything else self.new.fit(train))


@dataclass(frozen=True)
class TwoRankers:
    """Lists of one ranker where history is shown, and of another where it is masked; both over the same products."""

    everything: Ranker
    new: Ranker

    @property
    def products(self) -> Sequence[ProductId]:
        return self.everything.products

    def rank(self, customers: Sequence[CustomerId], k: int, mask_history: bool) -> NDArray[np.int32]:  # [n, k]
        return (self.new if mask_history else self.everything).rank(customers, k, mask_history)


def tuned(
    grids: Mapping[str, Sequence[ScoreMethod]],
    joined: Collection[str],
    joins: Sequence[tuple[BuyAgain, float]],
    split: Split,
    *,
    k: int = 20,
    seconds: float = float("inf"),
    progress: Progress = silent,
    clock: Callable[[], float] = time.perf_counter,
) -> dict[str, Tuned]:
    """Try every setting of every grid on a split that ends where the measured one begins (`validation_split`).

    grids: settings by name of the line, in the order they are tried.
    joined: those of them whose every setting is also tried in a `Blend` with each of `joins`, (buy-again, weight), for
        a line "<name> + buy again"; on new products that line is the grid's own.
    seconds: after these only the first setting of each grid is still tried. With time for all of them the choice is the
        same on every machine.
    What `Discovered` settings multiply is fitted once.
    """
    train = split.matrix()
    everything = split.held_out(Task.ALL)
    asked = np.arange(len(everything.customers))[:: -(-len(everything.customers) // MAX_CUSTOMERS)]
    sample = {Task.ALL: _of(everything, [everything.customers[row] for row in asked])}
    sample[Task.NEW] = _of(split.held_out(Task.NEW), sample[Task.ALL].customers)
    steps, begun, done = sum(map(len, grids.values())), clock(), 0
    found: dict[str, Tuned] = {}
    shared = Shared()
    firsts = {method.first for grid in grids.values() for method in grid if isinstance(method, Discovered)}
    for name, grid in grids.items():
        mine = joins if name in joined else []
        everywhere, new, blended = [], [], []
        for number, method in enumerate(grid):
            if number and clock() - begun > seconds:
                break
            progress(f"trying {method}", done + number, steps)
            learner = shared.once(method) if method in firsts else shared.parted(method)
            lists = _lists(learner.fit(train), train, sample[Task.ALL].customers, mine, k)
            everywhere.append(_trial(method, lists.everything, sample[Task.ALL], k))
            new.append(_trial(method, lists.new_of(sample[Task.NEW]), sample[Task.NEW], k))
            for (again, weight), own in zip(mine, lists.blended, strict=True):
                blended.append(_trial(Blend(method, again, weight), own, sample[Task.ALL], k))
        done += len(grid)
        untried = len(grid) - len(new)
        found[name] = Tuned({Task.ALL: tuple(everywhere), Task.NEW: tuple(new)}, untried)
        if blended:
            found[f"{name} + buy again"] = Tuned({Task.ALL: tuple(blended), Task.NEW: tuple(new)}, untried)
    progress("done", steps, steps)
    return found


@dataclass(frozen=True)
class Lists:
    """The lists of one fitted setting for some customers, alone and joined."""

    customers: list[CustomerId]
    everything: NDArray[np.int32]  # [n, k], history shown
    new: NDArray[np.int32]  # [n, k], history masked
    blended: list[NDArray[np.int32]]  # [n, k] each, history shown

    def new_of(self, held_out: HeldOut) -> NDArray[np.int32]:  # [num_customers, k]
        rows = {customer: row for row, customer in enumerate(self.customers)}
        return self.new[[rows[customer] for customer in held_out.customers]]


def _lists(
    ranker: ScoreRanker,
    train: InteractionMatrix,
    customers: list[CustomerId],
    joins: Sequence[tuple[BuyAgain, float]],
    k: int,
) -> Lists:
    """Every product is scored once; a blend's list is made of the best new products and of the history alone, since
    buy-again moves no other product."""
    bought = train.bought()
    worths = {again: again.worth(train) for again, _ in joins}
    rows = np.array([train.customer_rows[customer] for customer in customers], dtype=np.int64)
    everything, new = (np.full((len(rows), k), -1, dtype=np.int32) for _ in range(2))
    blended = [np.full((len(rows), k), -1, dtype=np.int32) for _ in joins]
    for start in range(0, len(rows), CHUNK):
        part = rows[start : start + CHUNK]
        scores = ranker.scorer.scores(part)  # [chunk, num_products]
        everything[start : start + CHUNK] = top_k(scores, k)
        own = {row: scores[place, _columns(bought, row)] for place, row in enumerate(part)}
        for place, row in enumerate(part):
            scores[place, _columns(bought, row)] = -np.inf
        new[start : start + CHUNK] = top_k(scores, k)
        for place, row in enumerate(part):
            known, others = _columns(bought, row), new[start + place]
            others = others[others >= 0]
            alone = np.concatenate([own[row], scores[place, others]])  # [num_bought + ≤ k]
            columns = np.concatenate([known, others])
            top = highest(alone[None])[0]
            for list_, (again, weight) in zip(blended, joins, strict=True):
                joint = alone / top
                joint[: len(known)] += (
                    np.float32(weight) * worths[again].data[bought.indptr[row] : bought.indptr[row + 1]]
                )
                best = np.lexsort((columns, -joint))[:k]
                list_[start + place, : len(best)] = columns[best]
    return Lists(customers, everything, new, blended)


def _columns(matrix: sparse.csr_array, row: int) -> NDArray[np.int32]:
    columns: NDArray[np.int32] = matrix.indices[matrix.indptr[row] : matrix.indptr[row + 1]]
    return columns


def _of(held_out: HeldOut, customers: Collection[CustomerId]) -> HeldOut:
    """The part of these customers."""
    wanted = set(customers)
    rows = [row for row, customer in enumerate(held_out.customers) if customer in wanted]
    relevant = sparse.csr_array(held_out.relevant[rows])
    return HeldOut(held_out.task, [held_out.customers[row] for row in rows], held_out.products, relevant)


def _trial(method: ScoreMethod, lists: NDArray[np.int32], held_out: HeldOut, k: int) -> Trial:
    recalls, ndcgs = recall_at(k, lists, held_out.relevant), ndcg_at(k, lists, held_out.relevant)
    return Trial(method, float(recalls.mean()) if len(recalls) else 0.0, float(ndcgs.mean()) if len(ndcgs) else 0.0)
