"""Time splits: what is learnt from, and what each customer bought afterwards."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from embeddings.errors import NothingToEvaluate
from embeddings.interaction_matrix import InteractionMatrix
from graph import DAY, CustomerId, EdgeArrays, Instant, ProductId, iso

__all__ = ["TEST_DAYS", "HeldOut", "Task", "TimeSplit", "last_cut", "time_split", "validation_split"]

TEST_DAYS = 30
"""How many days of purchases are held out."""


class Task(StrEnum):
    """What a list is asked to find: all that the customer bought, or only products new to them (history masked)."""

    ALL = "all"
    NEW = "new"

    @property
    def masks_history(self) -> bool:
        return self is Task.NEW


@dataclass(frozen=True)
class HeldOut:
    """The distinct products each customer bought after the cut, for one task.

    customers: those with at least one such product, sorted.
    products: what the columns of `relevant` stand for, sorted.
    relevant: csr [num_customers, num_products] float32, 1 where bought; at least one a row.
    """

    task: Task
    customers: list[CustomerId]
    products: list[ProductId]
    relevant: sparse.csr_array

    @property
    def pairs(self) -> int:
        return int(self.relevant.nnz)


@dataclass(frozen=True)
class TimeSplit:
    """Everything up to and including `cut`, and everything after it; both keep the ids of the edges they come from."""

    cut: Instant
    train: EdgeArrays
    test: EdgeArrays

    def matrix(self) -> InteractionMatrix:
        """What is learnt from, its ages counted from the cut; NothingToEvaluate where it holds no interaction."""
        if not len(self.train):
            raise NothingToEvaluate(
                f"no interaction up to the cut {iso(self.cut)}: expected at least one to learn from"
            )
        return self._train_matrix

    def held_out(self, task: Task) -> HeldOut:
        """What each customer bought after the cut; NothingToEvaluate where nobody bought anything that counts."""
        bought = InteractionMatrix.from_edges(self.test, self.cut).bought()
        if task is Task.NEW:
            bought = bought - bought.multiply(self._train_matrix.bought())
            bought.eliminate_zeros()
        rows = np.flatnonzero(np.diff(bought.indptr))
        if not len(rows):
            raise NothingToEvaluate(f"no purchase after the cut {iso(self.cut)} for the task {task.value!r}")
        return HeldOut(
            task=task,
            customers=[self.test.customers[row] for row in rows],
            products=[ProductId(target) for target in self.test.targets],
            relevant=sparse.csr_array(bought[rows]),
        )

    @cached_property
    def _train_matrix(self) -> InteractionMatrix:
        return InteractionMatrix.from_edges(self.train, self.cut)


def time_split(edges: EdgeArrays, cut: Instant, until: Instant | None = None) -> TimeSplit:
    """Split at `cut`: train is at ≤ cut, test is cut < at (and at ≤ until, where one is given)."""
    before = edges.at <= cut
    after = ~before if until is None else ~before & (edges.at <= until)
    return TimeSplit(cut, _part(edges, before), _part(edges, after))


def last_cut(edges: EdgeArrays, days: int = TEST_DAYS) -> Instant:
    """The instant `days` before the newest interaction."""
    if not len(edges):
        raise NothingToEvaluate("the graph holds no interaction with a product")
    return Instant(int(edges.at.max()) - days * DAY)


def validation_split(edges: EdgeArrays, cut: Instant, days: int = TEST_DAYS) -> TimeSplit:
    """The same split one test window earlier, never looking past `cut`: where settings are chosen."""
    return time_split(edges, Instant(cut - days * DAY), until=cut)


def _part(edges: EdgeArrays, kept: NDArray[np.bool_]) -> EdgeArrays:
    return EdgeArrays(
        customers=edges.customers,
        targets=edges.targets,
        customer=edges.customer[kept],
        target=edges.target[kept],
        kind=edges.kind[kept],
        at=edges.at[kept],
        day=edges.day[kept],
        quantity=edges.quantity[kept],
        value=edges.value[kept],
        order=edges.order[kept],
    )
