"""CustomerGraph: the two interfaces every graph store implements, and the shapes they speak in."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from graph.ids import CustomerId, ProductId
from graph.instants import Instant
from graph.interactions import Interaction
from graph.log.event_log import Position
from graph.nodes import Campaign, Customer, NodeKind, NodeRef, Product

__all__ = [
    "CustomerGraph",
    "EdgeArrays",
    "GraphCounts",
    "GraphReader",
    "GraphWriter",
    "Neighbour",
    "Path",
    "Record",
    "RecordKind",
    "SimilarByHistory",
]

Record = Customer | Product | Campaign | Interaction
RecordKind = type[Customer] | type[Product] | type[Campaign] | type[Interaction]


class Neighbour(NamedTuple):
    """A node beside another: what joins them, how many times, and when last (None for what has no time)."""

    node: NodeRef
    relation: str  # an InteractionKind value, or "in_department", "in_category", …, "covers", "part_of"
    times: int
    last: Instant | None


class SimilarByHistory(NamedTuple):
    """A customer who bought what another bought: cosine over distinct products, and how many they share."""

    customer: CustomerId
    similarity: float
    shared: int


class Path(NamedTuple):
    """A walk between two nodes: ``relations[i]`` joins ``nodes[i]`` and ``nodes[i + 1]``."""

    nodes: tuple[NodeRef, ...]
    relations: tuple[str, ...]


@dataclass(frozen=True)
class EdgeArrays:
    """Interactions with products as columns, ordered by (time, key); row i of every array is the same interaction.

    customers, products: the ids that `customer` and `product` are positions in, sorted.
    """

    customers: list[CustomerId]
    products: list[ProductId]
    customer: NDArray[np.int32]  # [num_edges]
    product: NDArray[np.int32]  # [num_edges]
    kind: NDArray[np.int8]  # [num_edges], position in `list(InteractionKind)`
    at: NDArray[np.int64]  # [num_edges], microseconds UTC
    quantity: NDArray[np.int64]  # [num_edges]
    value: NDArray[np.int64]  # [num_edges], minor units
    order: NDArray[np.int32]  # [num_edges], the basket as a number within these arrays, -1 where there is none

    def __len__(self) -> int:
        return len(self.at)


class GraphCounts(NamedTuple):
    customers: int
    products: int
    campaigns: int
    coupons: int
    interactions: int


class GraphReader(Protocol):
    """What can be asked of the customer graph. Times are half open: since ≤ at < as_of."""

    def customer(self, customer: CustomerId) -> Customer | None: ...

    def product(self, product: ProductId) -> Product | None: ...

    def neighbours(
        self,
        node: NodeRef,
        *,
        relations: Collection[str] | None = None,
        kinds: Collection[NodeKind] | None = None,
        since: Instant | None = None,
        as_of: Instant | None = None,
        limit: int = 100,
    ) -> list[Neighbour]:
        """The nodes beside `node`, one row a (node, relation), most joined first, then by kind and id."""
        ...

    def similar_customers(self, customer: CustomerId, k: int = 10) -> list[SimilarByHistory]:
        """The `k` customers whose purchases overlap most by cosine of distinct products, ties by id."""
        ...

    def paths(self, start: NodeRef, end: NodeRef, *, max_length: int = 4, limit: int = 10) -> list[Path]:
        """Shortest simple paths of at most `max_length` edges, shortest first, then by their nodes."""
        ...

    def edges(self, since: Instant | None = None, as_of: Instant | None = None) -> EdgeArrays:
        """All interactions with products in the window, as arrays."""
        ...

    def export(self, kinds: Collection[RecordKind] | None = None) -> Iterator[Record]:
        """Everything (or the named kinds), losslessly: customers, products, campaigns, interactions, each by id/key."""
        ...

    def counts(self) -> GraphCounts: ...


class GraphWriter(Protocol):
    """What can be done to the customer graph. Every verb is atomic, idempotent and takes an empty batch."""

    def upsert_customers(self, customers: Iterable[Customer]) -> None:
        """New customers, or new traits of known ones; a trait not named stays, the last of a repeated id wins."""
        ...

    def upsert_products(self, products: Iterable[Product]) -> None:
        """Replace the catalogue entries of these products whole; the last of a repeated id wins."""
        ...

    def upsert_campaigns(self, campaigns: Iterable[Campaign]) -> None:
        """Replace these campaigns whole, with their coupons."""
        ...

    def record_interactions(self, interactions: Iterable[Interaction]) -> int:
        """Record those whose key is new and return how many were; unknown customers and targets are created bare."""
        ...

    def erase(self, customer: CustomerId) -> None:
        """Remove a customer and all they did; everything else stays byte for byte."""
        ...

    def position(self) -> Position:
        """The position in the event log that this graph includes; START for a graph that has read nothing."""
        ...

    def advance(self, position: Position) -> None:
        """Record that everything before `position` is in."""
        ...


class CustomerGraph(GraphReader, GraphWriter, Protocol):
    """A whole store: reader, writer, and closing."""

    def close(self) -> None: ...
