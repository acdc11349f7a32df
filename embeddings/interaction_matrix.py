"""InteractionMatrix: what customers did with products up to an instant, by day, and the sparse matrices made of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from graph import CustomerId, EdgeArrays, Instant, InteractionKind, InvalidValue, ProductId, day_of

__all__ = ["InteractionMatrix"]

KINDS = list(InteractionKind)
PURCHASED = KINDS.index(InteractionKind.PURCHASED)


@dataclass(frozen=True)
class InteractionMatrix:
    """One row a (customer, product, kind, day), sorted by these; row i of every column is the same row.

    customers, products: the ids that `customer` and `product` are positions in, sorted; a product or customer may have
        no row, so that matrices made of different windows of the same edges have the same shape.
    as_of: the instant ages are counted from.
    """

    customers: list[CustomerId]
    products: list[ProductId]
    as_of: Instant
    customer: NDArray[np.int32]  # [num_rows]
    product: NDArray[np.int32]  # [num_rows]
    kind: NDArray[np.int8]  # [num_rows], position in `list(InteractionKind)`
    day: NDArray[np.int32]  # [num_rows], days since 1970-01-01 on the clock there
    times: NDArray[np.int32]  # [num_rows], events or order lines of that day, never units
    baskets: NDArray[np.int32]  # [num_rows], distinct baskets of that day; without a basket, one each

    @classmethod
    def from_edges(cls, edges: EdgeArrays, as_of: Instant) -> Self:
        """All the interactions of `edges`; ages will be counted from `as_of`."""
        first = int(edges.day.min()) if len(edges) else 0
        num_days = int(edges.day.max()) - first + 1 if len(edges) else 1
        cell = edges.customer.astype(np.int64) * max(len(edges.targets), 1) + edges.target
        key = (cell * len(KINDS) + edges.kind) * num_days + (edges.day - first)
        sorting = np.lexsort((edges.order, key))
        key, order = key[sorting], edges.order[sorting]
        opens = np.ones(len(key), dtype=np.bool_)  # [num_edges], the first of its row
        opens[1:] = key[1:] != key[:-1]
        counts = opens | (order < 0)  # [num_edges], the first of its basket within its row
        counts[1:] |= order[1:] != order[:-1]
        starts = np.flatnonzero(opens)  # [num_rows]
        cell, day = np.divmod(key[starts], num_days)
        cell, kind = np.divmod(cell, len(KINDS))
        customer, product = np.divmod(cell, max(len(edges.targets), 1))
        return cls(
            customers=edges.customers,
            products=[ProductId(target) for target in edges.targets],
            as_of=as_of,
            customer=customer.astype(np.int32),
            product=product.astype(np.int32),
            kind=kind.astype(np.int8),
            day=(day + first).astype(np.int32),
            times=np.diff(starts, append=len(key)).astype(np.int32),
            baskets=np.add.reduceat(counts, starts, dtype=np.int32),
        )

    def __len__(self) -> int:
        return len(self.day)

    @property
    def shape(self) -> tuple[int, int]:
        """(num_customers, num_products)"""
        return len(self.customers), len(self.products)

    @cached_property
    def customer_rows(self) -> dict[CustomerId, int]:
        return {customer: row for row, customer in enumerate(self.customers)}

    def ages(self) -> NDArray[np.float32]:  # [num_rows], days, ≥ 0
        """How many days before `as_of` each row was; 0 for what is later."""
        return np.maximum(day_of(self.as_of) - self.day, 0).astype(np.float32)

    def purchases(self, half_life_days: float | None = None, last_days: int | None = None) -> sparse.csr_array:
        """Baskets with the product, each worth 2^(-age / half_life_days), of the last `last_days` or of all time.

        [num_customers, num_products] float32; customers who bought nothing have an empty row.
        """
        weights = self.baskets * _decay(self.ages(), half_life_days)
        kept = self.kind == PURCHASED
        if last_days is not None:
            kept &= self.ages() < last_days
        return self._sum(weights, kept)

    def bought(self) -> sparse.csr_array:
        """Who ever bought what: [num_customers, num_products] float32, 1 or absent."""
        matrix = self.purchases()
        matrix.data[:] = 1.0
        return matrix

    def weighted(
        self,
        kind_weights: Mapping[InteractionKind, float],
        half_life_days: float | None = None,
        times_power: float = 1.0,
    ) -> sparse.csr_array:
        """Σ over kinds and days of kind_weights[kind] · times^times_power · 2^(-age / half_life_days).

        [num_customers, num_products] float32; a kind not named weighs nothing and has no entry.
        """
        by_kind = np.array([kind_weights.get(kind, 0.0) for kind in KINDS], dtype=np.float32)
        weights = by_kind[self.kind] * self.times ** np.float32(times_power) * _decay(self.ages(), half_life_days)
        return self._sum(weights, by_kind[self.kind] != 0)

    def _sum(self, weights: NDArray[np.float32], kept: NDArray[np.bool_]) -> sparse.csr_array:
        cells = (self.customer[kept], self.product[kept])
        return sparse.csr_array((weights[kept].astype(np.float32), cells), shape=self.shape)


def _decay(ages: NDArray[np.float32], half_life_days: float | None) -> NDArray[np.float32]:  # [num_rows]
    if half_life_days is None:
        return np.ones_like(ages)
    if not half_life_days > 0:
        raise InvalidValue("half_life_days", half_life_days, "a number of days above 0, or None for no decay")
    worth: NDArray[np.float32] = np.exp2(-ages / np.float32(half_life_days))
    return worth
