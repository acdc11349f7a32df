"""Splits: what is learnt from, and what each customer bought afterwards."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np
from scipy import sparse

from embeddings.errors import NothingToEvaluate
from embeddings.interaction_matrix import PURCHASED, InteractionMatrix
from graph import DAY, CustomerId, EdgeArrays, Instant, ProductId, iso

__all__ = [
    "TEST_DAYS",
    "HeldOut",
    "Split",
    "Task",
    "last_cut",
    "leave_last_out",
    "time_split",
    "validation_split",
]

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
class Split:
    """What is learnt from and what is held out; both keep the ids of the edges they come from.

    cut: the instant ages are counted from; of a time split also where `train` ends.
    """

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
        """What each customer bought of what is held out; NothingToEvaluate where nothing of it counts."""
        bought = InteractionMatrix.from_edges(self.test, self.cut).bought()
        if task is Task.NEW:
            bought = bought - bought.multiply(self._train_matrix.bought())
            bought.eliminate_zeros()
        rows = np.flatnonzero(np.diff(bought.indptr))
        if not len(rows):
            raise NothingToEvaluate(f"no purchase is held out at the cut {iso(self.cut)} for the task {task.value!r}")
        return HeldOut(
            task=task,
            customers=[self.test.customers[row] for row in rows],
            products=[ProductId(target) for target in self.test.targets],
            relevant=sparse.csr_array(bought[rows]),
        )

    @cached_property
    def _train_matrix(self) -> InteractionMatrix:
        return InteractionMatrix.from_edges(self.train, self.cut)


def time_split(edges: EdgeArrays, cut: Instant, until: Instant | None = None) -> Split:
    """Split at `cut`: train is at ≤ cut, test is cut < at (and at ≤ until, where one is given)."""
    before = edges.at <= cut
    after = ~before if until is None else ~before & (edges.at <= until)
    return Split(cut, edges.where(before), edges.where(after))


def last_cut(edges: EdgeArrays, days: int = TEST_DAYS) -> Instant:
    """The instant `days` before the newest interaction."""
    if not len(edges):
        raise NothingToEvaluate("the graph holds no interaction with a product")
    return Instant(int(edges.at.max()) - days * DAY)


def validation_split(edges: EdgeArrays, cut: Instant, days: int = TEST_DAYS) -> Split:
    """The same split one test window earlier, never looking past `cut`: where settings are chosen."""
    return time_split(edges, Instant(cut - days * DAY), until=cut)


def leave_last_out(edges: EdgeArrays) -> Split:
    """Hold out each customer's last basket; learn from what they did before it.

    The last basket is the order of their newest purchase, or, without an order, all they bought at that instant. What
    they did after it began is in neither part. Who bought only once stays in `train`: nothing else is known of them.
    The cut is the newest instant of all, so other customers' later days are known: only a time split shows what a model
    would have done that day. Applied to `train` it gives the split that settings are chosen on.
    """
    bought = np.flatnonzero(edges.kind == PURCHASED)
    customer, at = edges.customer[bought], edges.at[bought]
    sorting = np.lexsort((at, customer))
    bought, customer = bought[sorting], customer[sorting]
    newest = bought[np.flatnonzero(np.diff(customer, append=-1))]  # [num_buyers], the row of each one's newest purchase
    last_at = np.full(len(edges.customers), -1, dtype=np.int64)
    last_order = np.full(len(edges.customers), -1, dtype=np.int32)
    last_at[edges.customer[newest]] = edges.at[newest]
    last_order[edges.customer[newest]] = edges.order[newest]
    own = edges.customer
    same = np.where(last_order[own] >= 0, edges.order == last_order[own], edges.at == last_at[own])
    last = (edges.kind == PURCHASED) & same  # [num_edges]
    began = np.full(len(edges.customers), np.iinfo(np.int64).max, dtype=np.int64)
    np.minimum.at(began, own[last], edges.at[last])
    before = edges.at < began[own]
    returning = np.zeros(len(edges.customers), dtype=np.bool_)
    returning[own[before & (edges.kind == PURCHASED)]] = True
    held_out = last & returning[own]
    if not held_out.any():
        raise NothingToEvaluate("no customer bought twice: expected at least one basket after another to leave out")
    return Split(Instant(int(edges.at.max())), edges.where(before | ~returning[own]), edges.where(held_out))
