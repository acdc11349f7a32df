"""Reach: the graph as one question may read it: for so long, and without the customers who may not be shown."""

import time
from collections.abc import Callable, Collection, Iterable
from typing import TypeVar

from msgspec import UNSET, UnsetType

from api.explorer.analyses import Analyses
from api.explorer.answers import Edge, ViewNode
from api.explorer.node_text import node_text, shown_id
from api.explorer.visibility import Visibility
from graph import (
    Customer,
    CustomerGraph,
    CustomerId,
    Instant,
    Neighbour,
    NodeKind,
    NodeRef,
    Path,
    PatronError,
    Position,
    Product,
    SimilarByHistory,
    iso,
)
from graph.customer_graph import Entry
from graph.surroundings import direction

__all__ = ["Deadline", "Reach", "TookTooLong", "UnknownNode"]

Row = TypeVar("Row")


class UnknownNode(PatronError):
    """A node that is not in the graph, or may not be shown."""

    def __init__(self, field: str, node: NodeRef) -> None:
        self.field, self.value = field, node_text(node)
        super().__init__(f"{field}: {self.value} is not in the graph")


class TookTooLong(PatronError):
    """A question that was not answered within its time."""


class Deadline:
    """Until when a question may go on."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._until = clock, clock() + seconds
        self.words = (
            f"this took longer than {seconds:g} seconds, and would again: ask for less, "
            "for fewer nodes, a smaller depth, some relations"
        )

    def check(self) -> None:
        """TookTooLong once the time is over."""
        if self._clock() > self._until:
            raise TookTooLong(self.words)


class Reach:
    """What one question reads: every call looks at its time first, and passes over customers who may not be shown."""

    def __init__(self, graph: CustomerGraph, visibility: Visibility, analyses: Analyses, deadline: Deadline) -> None:
        self._graph, self._visibility, self.deadline = graph, visibility, deadline
        self.analysis, self.erased = analyses.current, analyses.erased
        self._position = graph.position()  # before anything is read: the graph knows of this much at least

    def empty(self) -> bool:
        """Whether the graph holds nothing at all."""
        return not any(self._graph.counts())

    def state(self) -> tuple[Position, Position, frozenset[CustomerId]]:
        """What changes whenever the graph or what customers allow may have."""
        self.deadline.check()
        return self._position, self._visibility.position(), self._visibility.erased(self._position)

    def known(self, node: NodeRef, field: str) -> NodeRef:
        """The node, which must be there; UnknownNode otherwise."""
        self.deadline.check()
        if node.kind in (NodeKind.CUSTOMER, NodeKind.PRODUCT, NodeKind.CAMPAIGN):
            there = node in self._graph.entries((node,))
        else:
            there = bool(self._graph.neighbours(node, limit=1))
        if not there or self.hidden((node,)):
            raise UnknownNode(field, node)
        return node

    def neighbours(
        self,
        node: NodeRef,
        *,
        relations: Collection[str] | None = None,
        kinds: Collection[NodeKind] | None = None,
        since: Instant | None = None,
        as_of: Instant | None = None,
        limit: int,
    ) -> tuple[list[Neighbour], bool]:
        """The first `limit` rows beside a node, and whether there are more."""

        def first(number: int) -> list[Neighbour]:
            return self._graph.neighbours(
                node, relations=relations, kinds=kinds, since=since, as_of=as_of, limit=number
            )

        return self._first(first, lambda row: (row.node,), limit)

    def similar(self, customer: CustomerId, k: int) -> list[SimilarByHistory]:
        def first(number: int) -> list[SimilarByHistory]:
            return self._graph.similar_customers(customer, number)

        return self._first(first, lambda row: (NodeRef(NodeKind.CUSTOMER, row.customer),), k)[0]

    def search(self, text: str, kinds: Collection[NodeKind] | None, limit: int) -> list[NodeRef]:
        def first(number: int) -> list[NodeRef]:
            return self._graph.search(text, kinds=kinds, limit=number)

        return self._first(first, lambda node: (node,), limit)[0]

    def paths(
        self,
        start: NodeRef,
        end: NodeRef,
        *,
        relations: Collection[str] | None = None,
        since: Instant | None = None,
        as_of: Instant | None = None,
        max_length: int,
        fan_out: int,
        limit: int,
    ) -> tuple[list[Path], bool]:
        """The first `limit` paths, and whether there are more."""

        def first(number: int) -> list[Path]:
            return self._graph.paths(
                start,
                end,
                relations=relations,
                since=since,
                as_of=as_of,
                max_length=max_length,
                fan_out=fan_out,
                limit=number,
            )

        return self._first(first, lambda path: path.nodes, limit)

    def entries(self, nodes: Iterable[NodeRef]) -> dict[NodeRef, Entry]:
        self.deadline.check()
        return self._graph.entries(nodes)

    def nodes(self, nodes: Iterable[NodeRef]) -> list[ViewNode]:
        """These nodes as they are drawn, in their order."""
        wanted = list(nodes)
        entries = self.entries(wanted)
        return [self.drawn(node, entries.get(node)) for node in wanted]

    def drawn(
        self, node: NodeRef, entry: Entry | None, x: float | UnsetType = UNSET, y: float | UnsetType = UNSET
    ) -> ViewNode:
        """A node as it is drawn, with what the analysis says of it."""
        product = entry if isinstance(entry, Product) else None
        row = None if self.analysis is None or node in self.erased else self.analysis.of(node)
        of = self.analysis if row is not None else None
        return ViewNode(
            node=node_text(node),
            kind=node.kind.value,
            id=node.id,
            label=product.name if product is not None and product.name else shown_id(node),
            department=product.department if product is not None else "",
            traits=entry.traits if isinstance(entry, Customer) else {},
            degree=None if of is None else int(of.degree[row]),
            community=None if of is None else int(of.community[row]),
            centrality=None if of is None else round(float(of.centrality[row]), 9),
            x=x,
            y=y,
        )

    def _first(
        self, first: Callable[[int], list[Row]], names: Callable[[Row], tuple[NodeRef, ...]], limit: int
    ) -> tuple[list[Row], bool]:
        """The first `limit` rows that name nobody hidden, asking for more where some do; whether there are more."""
        number = limit + 1
        while True:
            self.deadline.check()
            rows = first(number)
            hidden = self.hidden(node for row in rows for node in names(row))
            shown = [row for row in rows if hidden.isdisjoint(names(row))] if hidden else rows
            if len(shown) > limit or len(rows) < number:
                return shown[:limit], len(shown) > limit
            number *= 4

    def hidden(self, nodes: Iterable[NodeRef]) -> frozenset[NodeRef]:
        """The customers among `nodes` who may not be shown."""
        customers = {CustomerId(node.id) for node in nodes if node.kind is NodeKind.CUSTOMER}
        hidden = self._visibility.hidden(customers, self._position) if customers else ()
        return frozenset(NodeRef(NodeKind.CUSTOMER, customer) for customer in hidden)


def edge(node: NodeRef, row: Neighbour) -> Edge:
    """What joins a node to one beside it."""
    source, target = direction(node, row.node)
    return Edge(
        node_text(source), node_text(target), row.relation, row.times, None if row.last is None else iso(row.last)
    )
