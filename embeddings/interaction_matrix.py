"""InteractionMatrix: what customers did with products up to an instant, by day, and the sparse matrices made of it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from embeddings.scratch import MEMORY, Scratch, by_customer, row_blocks
from graph import CustomerId, EdgeArrays, Instant, InteractionKind, InvalidValue, ProductId, day_of

__all__ = ["InteractionMatrix", "pair_starts"]

KINDS = list(InteractionKind)
PURCHASED = KINDS.index(InteractionKind.PURCHASED)

COLUMNS = {
    "customer": np.int32,
    "product": np.int32,
    "kind": np.int8,
    "day": np.int32,
    "times": np.int32,
    "baskets": np.int32,
}


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
    scratch: Scratch = MEMORY  # where the columns lie, and matrices made of them will

    @classmethod
    def from_edges(
        cls, edges: EdgeArrays, as_of: Instant, *, also: Iterable[ProductId] = (), scratch: Scratch = MEMORY
    ) -> Self:
        """All the interactions of `edges`; ages will be counted from `as_of`. also: products that get a column too.

        Customers are sorted a block at a time, so that what it takes on the way is bounded, wherever the columns lie.
        """
        products = sorted({*(ProductId(target) for target in edges.targets), *also})
        columns = {product: column for column, product in enumerate(products)}
        own = np.array([columns[ProductId(target)] for target in edges.targets], dtype=np.int32)
        days = (int(edges.day.min()), int(edges.day.max()) + 1) if len(edges) else (0, 1)
        rows: dict[str, NDArray[Any]] = {name: scratch.empty(len(edges), dtype) for name, dtype in COLUMNS.items()}
        length = 0
        for part in by_customer(edges, scratch):
            found = _rows(part, days, max(len(own), 1))
            for name, column in found.items():
                rows[name][length : length + len(column)] = own[column] if name == "product" else column
            length += len(found["customer"])
        filled: dict[str, Any] = {name: column[:length] for name, column in rows.items()}
        return cls(customers=edges.customers, products=products, as_of=as_of, scratch=scratch, **filled)

    def __len__(self) -> int:
        return len(self.day)

    @property
    def shape(self) -> tuple[int, int]:
        """(num_customers, num_products)"""
        return len(self.customers), len(self.products)

    @cached_property
    def customer_rows(self) -> dict[CustomerId, int]:
        return {customer: row for row, customer in enumerate(self.customers)}

    @cached_property
    def offsets(self) -> NDArray[np.int64]:  # [num_customers + 1]
        """Where each customer's rows begin, and the last ones end."""
        return np.searchsorted(self.customer, np.arange(len(self.customers) + 1)).astype(np.int64)

    def parts(self) -> Iterator[Self]:
        """The rows of some customers after the other, a block at a time, in matrices of the same shape."""
        for first, last in row_blocks(self.offsets, self.scratch.block):
            rows = slice(self.offsets[first], self.offsets[last])
            columns: dict[str, Any] = {name: getattr(self, name)[rows] for name in COLUMNS}
            yield replace(self, **columns)

    def ages(self) -> NDArray[np.float32]:  # [num_rows], days, ≥ 0
        """How many days before `as_of` each row was; 0 for what is later."""
        return np.maximum(day_of(self.as_of) - self.day, 0).astype(np.float32)

    def purchases(self, half_life_days: float | None = None, last_days: int | None = None) -> sparse.csr_array:
        """Baskets with the product, each worth 2^(-age / half_life_days), of the last `last_days` or of all time.

        [num_customers, num_products] float32; customers who bought nothing have an empty row.
        """

        def weigh(part: InteractionMatrix) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
            kept = part.kind == PURCHASED
            if last_days is not None:
                kept &= part.ages() < last_days
            return part.baskets * _decay(part.ages(), half_life_days), kept

        return self._summed(weigh)

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

        def weigh(part: InteractionMatrix) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
            worth = by_kind[part.kind]
            return worth * part.times ** np.float32(times_power) * _decay(part.ages(), half_life_days), worth != 0

        return self._summed(weigh)

    def _summed(
        self, weigh: Callable[["InteractionMatrix"], tuple[NDArray[np.float32], NDArray[np.bool_]]]
    ) -> sparse.csr_array:
        """The sums over each pair's rows of their weights, of those rows that are kept; as float32, products rising."""
        data = self.scratch.empty(len(self), np.float32)
        indices = self.scratch.empty(len(self), np.int32)
        counts = np.zeros(len(self.customers) + 1, dtype=np.int64)
        length = 0
        for part in self.parts():
            weights, kept = weigh(part)
            customer, product = part.customer[kept], part.product[kept]
            starts = pair_starts(customer, product)
            pairs = slice(length, length + len(starts))
            if len(starts):
                data[pairs] = np.add.reduceat(weights[kept].astype(np.float32), starts)
                indices[pairs] = product[starts]
                np.add.at(counts, customer[starts] + 1, 1)
            length += len(starts)
        arrays = (self.scratch.trimmed(data, length), self.scratch.trimmed(indices, length), np.cumsum(counts))
        return sparse.csr_array(arrays, shape=self.shape)


def pair_starts(customer: NDArray[np.int32], product: NDArray[np.int32]) -> NDArray[np.int64]:
    """Where, in sorted rows, those of each (customer, product) begin."""
    changes: NDArray[np.bool_] = (np.diff(customer, prepend=-1) != 0) | (np.diff(product, prepend=-1) != 0)
    return np.flatnonzero(changes)


def _rows(edges: EdgeArrays, days: tuple[int, int], num_products: int) -> dict[str, NDArray[np.integer]]:
    """The columns of a matrix by name, of the edges of some customers."""
    first, num_days = days[0], days[1] - days[0]
    cell = edges.customer.astype(np.int64) * num_products + edges.target
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
    customer, product = np.divmod(cell, num_products)
    return {
        "customer": customer,
        "product": product,
        "kind": kind,
        "day": day + first,
        "times": np.diff(starts, append=len(key)),
        "baskets": np.add.reduceat(counts, starts, dtype=np.int32) if len(starts) else starts,
    }


def _decay(ages: NDArray[np.float32], half_life_days: float | None) -> NDArray[np.float32]:  # [num_rows]
    if half_life_days is None:
        return np.ones_like(ages)
    if not half_life_days > 0:
        raise InvalidValue("half_life_days", half_life_days, "a number of days above 0, or None for no decay")
    worth: NDArray[np.float32] = np.exp2(-ages / np.float32(half_life_days))
    return worth
