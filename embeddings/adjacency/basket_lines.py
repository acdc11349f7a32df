"""BasketLines: purchases as (customer, product, basket), each product once a basket, by the rows of a set."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph import DAY, CustomerId, EdgeArrays, Instant, InteractionKind, ProductId

__all__ = ["HALF_LIFE_DAYS", "BasketLines", "basket_lines"]

HALF_LIFE_DAYS = 60.0
"""After so many days a purchase counts half."""

PURCHASED = list(InteractionKind).index(InteractionKind.PURCHASED)


@dataclass(frozen=True)
class BasketLines:
    """Row i of every array is one product in one basket; ordered by (basket, product).

    num_customers: the rows of the set, and after them the customers it has no vector for.
    """

    customer: NDArray[np.int64]  # [num_lines]
    product: NDArray[np.int64]  # [num_lines]
    basket: NDArray[np.int64]  # [num_lines], 0 … num_baskets - 1
    at: NDArray[np.int64]  # [num_lines], microseconds UTC
    num_customers: int
    num_products: int

    def __len__(self) -> int:
        return len(self.at)

    def where(self, kept: NDArray[np.bool_]) -> "BasketLines":
        """Some of the lines, the baskets numbered anew without gaps."""
        _, basket = np.unique(self.basket[kept], return_inverse=True)
        return BasketLines(
            self.customer[kept], self.product[kept], basket, self.at[kept], self.num_customers, self.num_products
        )

    def decay(self, as_of: Instant) -> NDArray[np.float64]:  # [num_lines]
        """1 for a purchase at `as_of` (or later), half of it every 60 days before."""
        return np.exp2(-np.maximum(as_of - self.at, 0) / DAY / HALF_LIFE_DAYS)


def basket_lines(edges: EdgeArrays, customers: Sequence[CustomerId], products: Sequence[ProductId]) -> BasketLines:
    """The purchases among `edges` of products that have a row; without an order, what was bought at one instant is a
    basket."""
    product = _rows(products, edges.targets)[edges.target]
    kept = (edges.kind == PURCHASED) & (product >= 0)
    customer_rows = _rows(customers, edges.customers)
    strangers = np.flatnonzero(customer_rows < 0)
    customer_rows[strangers] = len(customers) + np.arange(len(strangers))
    customer, product = customer_rows[edges.customer[kept]], product[kept]
    at, order = edges.at[kept], edges.order[kept].astype(np.int64)
    instant = np.where(order < 0, at, 0)
    sequence = np.lexsort((product, instant, order, customer))
    keys = np.column_stack([customer, order, instant])[sequence]
    fresh = np.ones(len(keys), dtype=np.bool_)
    fresh[1:] = (keys[1:] != keys[:-1]).any(axis=1)
    basket = np.cumsum(fresh) - 1
    product = product[sequence]
    fresh[1:] |= product[1:] != product[:-1]
    return BasketLines(
        customer=customer[sequence][fresh],
        product=product[fresh],
        basket=basket[fresh],
        at=at[sequence][fresh],
        num_customers=len(customers) + len(strangers),
        num_products=len(products),
    )


def _rows(ids: Sequence[str], wanted: Sequence[str]) -> NDArray[np.int64]:  # [len(wanted)], -1 where unknown
    rows = {name: row for row, name in enumerate(ids)}
    return np.array([rows.get(name, -1) for name in wanted], dtype=np.int64)
