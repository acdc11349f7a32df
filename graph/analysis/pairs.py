"""Pairs: who has to do with which product, one row a (customer, product), made of the interactions between them."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from graph.customer_graph import EdgeArrays
from graph.interactions import InteractionKind

__all__ = ["Pairs"]

KINDS = list(InteractionKind)
PURCHASED = KINDS.index(InteractionKind.PURCHASED)


@dataclass(frozen=True)
class Pairs:
    """Row i of every array is the same pair; sorted by customer, then product; every customer and product has one.

    A pair is told by its leading kind: purchased where there was a purchase, else what happened most often (ties: the
    first in InteractionKind).
    """

    num_customers: int
    num_products: int
    customer: NDArray[np.int32]  # [num_pairs]
    product: NDArray[np.int32]  # [num_pairs]
    kind: NDArray[np.int8]  # [num_pairs], position in `list(InteractionKind)`
    times: NDArray[np.int32]  # [num_pairs], interactions of that kind, never units
    last: NDArray[np.int64]  # [num_pairs], microseconds UTC, the last of that kind

    @classmethod
    def from_edges(cls, edges: EdgeArrays) -> Self:
        """The pairs of interactions with products."""
        num_products = max(len(edges.targets), 1)
        key = (edges.customer.astype(np.int64) * num_products + edges.target) * len(KINDS) + edges.kind
        sorting = np.argsort(key, kind="stable")  # within a key by time, as the edges are
        key = key[sorting]
        ends = np.append(np.flatnonzero(key[1:] != key[:-1]), len(key) - 1) if len(key) else np.empty(0, np.int64)
        pair, kind = np.divmod(key[ends], len(KINDS))  # one a (customer, product, kind)
        times = np.diff(ends, prepend=-1)
        leading = np.lexsort((kind, -times, kind != PURCHASED, pair))
        leads = np.ones(len(leading), dtype=np.bool_)
        leads[1:] = pair[leading][1:] != pair[leading][:-1]
        rows = leading[leads]  # [num_pairs]
        customer, product = np.divmod(pair[rows], num_products)
        return cls(
            num_customers=len(edges.customers),
            num_products=len(edges.targets),
            customer=customer.astype(np.int32),
            product=product.astype(np.int32),
            kind=kind[rows].astype(np.int8),
            times=times[rows].astype(np.int32),
            last=edges.at[sorting[ends[rows]]],
        )

    def __len__(self) -> int:
        return len(self.times)

    @property
    def num_nodes(self) -> int:
        return self.num_customers + self.num_products

    def degree(self) -> NDArray[np.int32]:  # [num_nodes], customers first
        """Distinct partners."""
        return np.concatenate(
            (
                np.bincount(self.customer, minlength=self.num_customers),
                np.bincount(self.product, minlength=self.num_products),
            )
        ).astype(np.int32)

    def symmetric(self, weights: NDArray[np.float64]) -> sparse.csr_array:  # [num_nodes, num_nodes]
        """The undirected graph with ``weights[i]`` on pair i: customers first, then products."""
        product = self.product + np.int32(self.num_customers)
        cells = (np.concatenate((self.customer, product)), np.concatenate((product, self.customer)))
        return sparse.csr_array((np.tile(weights, 2), cells), shape=(self.num_nodes, self.num_nodes))
