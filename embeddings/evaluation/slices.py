"""Slices: the held-out customers and products in parts, so that a mean cannot hide who is served badly."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from embeddings.evaluation.bootstrap import Interval, mean_interval
from embeddings.evaluation.metrics import ndcg_at, recall_at
from embeddings.evaluation.split import HeldOut
from embeddings.interaction_matrix import PURCHASED, InteractionMatrix
from graph import day_of

__all__ = ["FEW", "Slice", "SliceRow", "Trait", "measured", "slices"]

FEW = 100
"""A slice of fewer customers than this is marked: its interval is wide, and the bootstrap itself is rough."""

AGE_DAYS = (30, 90, 180)
"""Where the ages of products part, in days since they were first sold."""


class Trait(StrEnum):
    """What slices are cut by."""

    ACTIVITY = "customer activity"
    AGE = "product age"
    POPULARITY = "product popularity"


@dataclass(frozen=True)
class Slice:
    """Some of the customers, or what all of them wanted among some of the products.

    rows: [n] positions in `HeldOut.customers`, rising. relevant: csr [n, num_products], at least one a row.
    """

    trait: Trait
    label: str
    rows: NDArray[np.int64]
    relevant: sparse.csr_array


@dataclass(frozen=True)
class SliceRow:
    """One method on one slice, over the customers of whom there is something to find in it."""

    trait: Trait
    label: str
    customers: int
    pairs: int
    recall: Interval
    ndcg: Interval

    @property
    def few(self) -> bool:
        return self.customers < FEW

    def as_json(self) -> dict[str, Any]:
        return {
            "trait": self.trait.value,
            "slice": self.label,
            "customers": self.customers,
            "pairs": self.pairs,
            "few": self.few,
            "recall": self.recall._asdict(),
            "ndcg": self.ndcg._asdict(),
        }


def slices(train: InteractionMatrix, held_out: HeldOut) -> list[Slice]:
    """Customers by the days they bought on before the cut, in quarters; products by days since they were first sold,
    and by buyers before the cut, each with a third of all pairs bought. A slice with nothing to find is left out.

    The columns of `held_out` are those of `train`.
    """
    bought = train.bought()
    buyers = np.bincount(bought.indices, minlength=train.shape[1])  # [num_products]
    days = np.array([0, *_days_bought_on(train)])  # [1 + num_customers], 0 for who is not in `train`
    rows = np.array([train.customer_rows.get(customer, -1) for customer in held_out.customers], dtype=np.int64)
    active = days[1 + rows]  # [num_held_out]
    parts = [
        *_of_customers(held_out, active, np.quantile(active, [0.25, 0.5, 0.75]).astype(np.int64)),
        *_of_products(Trait.AGE, held_out, _age(train), AGE_DAYS, "days", "not sold before"),
        *_of_products(Trait.POPULARITY, held_out, _or_none(buyers), _thirds(buyers), "buyers", "no buyer before"),
    ]
    return [part for part in parts if len(part.rows)]


def measured(k: int, lists: NDArray[np.int32], part: Slice, seed: int) -> SliceRow:
    """How much of a slice lists find; they stay as they are, only what counts as a hit is narrowed.

    lists: [num_customers, k], of all customers of the task.
    """
    own = lists[part.rows]
    return SliceRow(
        trait=part.trait,
        label=part.label,
        customers=len(part.rows),
        pairs=int(part.relevant.nnz),
        recall=mean_interval(recall_at(k, own, part.relevant), np.random.default_rng(seed)),
        ndcg=mean_interval(ndcg_at(k, own, part.relevant), np.random.default_rng(seed)),
    )


def _of_customers(held_out: HeldOut, active: NDArray[np.int64], borders: Sequence[int]) -> list[Slice]:
    found = []
    for label, members in _ranges(active, borders, "days"):
        rows = np.flatnonzero(members)
        found.append(Slice(Trait.ACTIVITY, label, rows, sparse.csr_array(held_out.relevant[rows])))
    return found


def _of_products(
    trait: Trait, held_out: HeldOut, values: NDArray[np.int64], borders: Sequence[int], unit: str, unknown: str
) -> list[Slice]:
    """values: [num_products], -1 where a product has none."""
    found = []
    for label, members in [(unknown, values < 0), *_ranges(values, borders, unit)]:
        relevant = sparse.csr_array(held_out.relevant.multiply(members.astype(np.float32)))
        relevant.eliminate_zeros()
        rows = np.flatnonzero(np.diff(relevant.indptr))
        found.append(Slice(trait, label, rows, sparse.csr_array(relevant[rows])))
    return found


def _ranges(
    values: NDArray[np.int64], borders: Sequence[int], unit: str
) -> list[tuple[str, NDArray[np.bool_]]]:  # [(label, members)]
    """What is at most the first border, above it and at most the second, and so on; values below 0 are in none."""
    found = []
    low = 0
    for border in sorted(set(map(int, borders))):
        if border >= low:
            label = f"{low:,}–{border:,} {unit}" if border > low else f"{low:,} {unit}"
            found.append((label, (values >= low) & (values <= border)))
            low = border + 1
    found.append((f"{low:,} {unit} or more", values >= low))
    return found


def _days_bought_on(train: InteractionMatrix) -> NDArray[np.int64]:  # [num_customers]
    kept = train.kind == PURCHASED
    pairs = np.unique(np.stack([train.customer[kept], train.day[kept]]), axis=1)
    return np.bincount(pairs[0], minlength=train.shape[0])


def _age(train: InteractionMatrix) -> NDArray[np.int64]:  # [num_products], -1 where not sold before the cut
    kept = train.kind == PURCHASED
    never = np.iinfo(np.int64).max
    first = np.full(train.shape[1], never, dtype=np.int64)
    np.minimum.at(first, train.product[kept], train.day[kept].astype(np.int64))
    return np.where(first == never, -1, np.maximum(day_of(train.as_of) - first, 0))


def _or_none(buyers: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.where(buyers > 0, buyers, -1)


def _thirds(buyers: NDArray[np.int64]) -> list[int]:
    """The numbers of buyers at which the pairs bought, product by product from the least bought, part into thirds."""
    rising = np.sort(buyers)
    pairs = np.cumsum(rising)
    places = np.searchsorted(pairs, [pairs[-1] / 3, 2 * pairs[-1] / 3])
    return [int(rising[place]) for place in places]
