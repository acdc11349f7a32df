"""Purchases: what was bought of the products of a set, as columns."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph import EdgeArrays, Instant, InteractionKind, ProductId

__all__ = ["Purchases"]

PURCHASED = list(InteractionKind).index(InteractionKind.PURCHASED)


@dataclass(frozen=True)
class Purchases:
    """One row a purchase, ordered by time; `customer` and `product` are positions in the ids of the edges and of the
    set. All columns: [num_purchases]."""

    num_customers: int
    num_products: int
    customer: NDArray[np.int64]
    product: NDArray[np.int64]
    at: NDArray[np.int64]
    day: NDArray[np.int64]
    value: NDArray[np.int64]  # minor units
    quantity: NDArray[np.float64]

    @classmethod
    def of(cls, edges: EdgeArrays, products: Sequence[ProductId]) -> "Purchases":
        """The purchases among `edges`; those of other products are left out."""
        row_of = {product: row for row, product in enumerate(products)}
        rows = np.array([row_of.get(ProductId(target), -1) for target in edges.targets], dtype=np.int64)
        places = np.flatnonzero(edges.kind == PURCHASED)
        places = places[rows[edges.target[places]] >= 0] if len(rows) else places[:0]
        return cls(
            num_customers=len(edges.customers),
            num_products=len(products),
            customer=edges.customer[places].astype(np.int64),
            product=rows[edges.target[places]],
            at=edges.at[places],
            day=edges.day[places].astype(np.int64),
            value=edges.value[places],
            quantity=edges.quantity[places],
        )

    def __len__(self) -> int:
        return len(self.at)

    def where(self, kept: NDArray[np.bool_]) -> "Purchases":
        """The rows where `kept` [num_purchases] is true."""
        return Purchases(
            num_customers=self.num_customers,
            num_products=self.num_products,
            customer=self.customer[kept],
            product=self.product[kept],
            at=self.at[kept],
            day=self.day[kept],
            value=self.value[kept],
            quantity=self.quantity[kept],
        )

    def until(self, instant: Instant) -> "Purchases":
        """Those at `instant` or before."""
        return self.where(self.at <= instant)
