"""CustomerGraph: the two interfaces every graph store implements, and the shapes they speak in.

A node exists while something says so: a catalogue entry, an interaction, or a coupon that covers it. One met only in an
interaction or under a coupon is bare: nothing but its id is known, and it goes with the last thing that names it.
An entry with nothing but its id says no more than a bare node and is one.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from graph.ids import CustomerId
from graph.instants import Instant
from graph.interactions import Interaction
from graph.log.event_log import Position
from graph.nodes import Campaign, Customer, NodeKind, NodeRef, Product

__all__ = [
    "Change",
    "CustomerGraph",
    "EdgeArrays",
    "Entry",
    "Erasure",
    "GraphCounts",
    "GraphReader",
    "GraphWriter",
    "Neighbour",
    "Path",
    "Record",
    "RecordKind",
    "SimilarByHistory",
]


@dataclass(frozen=True)
class Erasure:
    """A customer is to be forgotten, at this place in the order of changes."""

    customer: CustomerId


Entry = Customer | Product | Campaign
Record = Entry | Interaction
Change = Record | Erasure
RecordKind = type[Customer] | type[Product] | type[Campaign] | type[Interaction]


class Neighbour(NamedTuple):
    """A node beside another: what joins them, how many times, and when last (None for what has no time)."""

    node: NodeRef
    relation: str  # the value of an InteractionKind or of a Relation; the same from both ends
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
    """Interactions with one kind of target (products, unless asked otherwise) as columns, ordered by (time, key).

    Row i of every array is the same interaction.
    customers, targets: the ids that `customer` and `target` are positions in, sorted; those that occur, no others.
    order: one number a (customer, order), in the order first met from the first row on.
    """

    customers: list[CustomerId]
    targets: list[str]
    customer: NDArray[np.int32]  # [num_edges]
    target: NDArray[np.int32]  # [num_edges]
    kind: NDArray[np.int8]  # [num_edges], position in `list(InteractionKind)`
    at: NDArray[np.int64]  # [num_edges], microseconds UTC
    day: NDArray[np.int32]  # [num_edges], days since 1970-01-01 on the clock there, as profiles count them
    quantity: NDArray[np.float64]  # [num_edges], units, not a count of interactions
    value: NDArray[np.int64]  # [num_edges], minor units
    order: NDArray[np.int32]  # [num_edges], the basket as a number within these arrays, -1 where there is none

    def __len__(self) -> int:
        return len(self.at)

    def where(self, kept: NDArray[np.bool_]) -> "EdgeArrays":
        """The rows where `kept` [num_edges] is true; the ids stay, also those that occur no more."""
        return EdgeArrays(
            customers=self.customers,
            targets=self.targets,
            customer=self.customer[kept],
            target=self.target[kept],
            kind=self.kind[kept],
            at=self.at[kept],
            day=self.day[kept],
            quantity=self.quantity[kept],
            value=self.value[kept],
            order=self.order[kept],
        )


class GraphCounts(NamedTuple):
    customers: int
    products: int
    campaigns: int
    coupons: int
    interactions: int
    unresolved: int  # products met in events but not yet in the catalogue; not counted in `products`


class GraphReader(Protocol):
    """What can be asked of the customer graph. Times are half open: since ≤ at < as_of."""

    def entries(self, nodes: Iterable[NodeRef]) -> dict[NodeRef, Entry]:
        """What is stated of those of `nodes` that exist and are customers, products or campaigns, in the order asked;
        of a bare one its id alone."""
        ...

    def search(self, text: str, *, kinds: Collection[NodeKind] | None = None, limit: int = 20) -> list[NodeRef]:
        """Nodes whose id is `text`, then those whose id starts with it, then those whose id, name or traits hold it.

        Case is folded; ties go by kind, then id; a customer's id counts with and without its namespace. A text of fewer
        than three characters finds whole ids only, and those as they are written.
        """
        ...

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
        """The nodes beside `node`, one row a (node, relation), most joined first, then by kind and id.

        `relations` are values of InteractionKind and Relation; InvalidValue for any other. The window asks when an
        interaction was; what has no time is there always. None where nobody knows the node: an empty list.
        """
        ...

    def similar_customers(self, customer: CustomerId, k: int = 10) -> list[SimilarByHistory]:
        """The `k` customers whose purchases overlap most by cosine of distinct products, ties by id."""
        ...

    def paths(
        self,
        start: NodeRef,
        end: NodeRef,
        *,
        relations: Collection[str] | None = None,
        since: Instant | None = None,
        as_of: Instant | None = None,
        max_length: int = 4,
        fan_out: int = 100,
        limit: int = 10,
    ) -> list[Path]:
        """Shortest simple paths of at most `max_length` edges, shortest first, then by their nodes.

        The search goes from both ends and follows, at each node, the first `fan_out` rows of `neighbours`; relations to
        departments, categories, brands and the like join everything and are followed only when named. The window is
        that of `neighbours`. Of a path of n edges the first ⌈n/2⌉ are found from `start`, the others from `end`;
        `max_length` is 1 to 6, else InvalidValue.
        """
        ...

    def edges(
        self,
        since: Instant | None = None,
        as_of: Instant | None = None,
        *,
        targets: NodeKind = NodeKind.PRODUCT,
    ) -> EdgeArrays:
        """All interactions in the window with targets of one kind, as arrays."""
        ...

    def export(self, kinds: Collection[RecordKind] | None = None) -> Iterator[Record]:
        """Everything (or the named kinds), losslessly: customers, products, campaigns, interactions, each by id/key."""
        ...

    def counts(self) -> GraphCounts: ...


class GraphWriter(Protocol):
    """What can be done to the customer graph. Every verb is atomic, idempotent and takes an empty batch."""

    def apply(self, changes: Iterable[Change], position: Position | None = None) -> int:
        """All of these changes, in this order, and the log position they bring the graph to, as one transaction;
        how many interactions were new. The other verbs are this one with one kind of change."""
        ...

    def upsert_customers(self, customers: Iterable[Customer]) -> None:
        """New customers, or new traits of known ones; a trait not named or with an older stamp changes nothing."""
        ...

    def upsert_products(self, products: Iterable[Product]) -> None:
        """Replace the catalogue entries of these products whole, except where the one held has a later stamp."""
        ...

    def upsert_campaigns(self, campaigns: Iterable[Campaign]) -> None:
        """Replace these campaigns whole, with their coupons, except where the one held has a later stamp."""
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


class CustomerGraph(GraphReader, GraphWriter, Protocol):
    """A whole store: reader, writer, and closing."""

    def close(self) -> None: ...
