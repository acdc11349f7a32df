"""GraphAnalysis: what is known of the whole customer graph at once, and the map drawn of it."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from graph.analysis.layout import lay_out
from graph.analysis.strongest import StrongestEdges
from graph.analysis.summaries import Community
from graph.errors import InvalidValue
from graph.ids import CustomerId
from graph.instants import Instant
from graph.log.event_log import Position
from graph.nodes import NodeKind, NodeRef

__all__ = ["GraphAnalysis", "Overview"]

FEW = 5_000
"""Of more nodes than these, a map shows the strongest edge of each instead of three: others could not be told apart."""


@dataclass(frozen=True)
class Overview:
    """The nodes to draw, customers before products, the most central of each first; and the strongest edges among them.

    rows: in the analysis; source, target: positions in `rows`, the customer and the product.
    """

    rows: NDArray[np.int64]  # [num_drawn]
    x: NDArray[np.float32]  # [num_drawn]
    y: NDArray[np.float32]  # [num_drawn]
    source: NDArray[np.int32]  # [num_edges]
    target: NDArray[np.int32]  # [num_edges]
    kind: NDArray[np.int8]  # [num_edges], position in `list(InteractionKind)`
    times: NDArray[np.int32]  # [num_edges]
    last: NDArray[np.int64]  # [num_edges], microseconds UTC


@dataclass(frozen=True)
class GraphAnalysis:
    """The customers and products that have to do with each other; a row is a customer or, after all these, a product.

    communities: by their numbers, which `community` names; the largest is 0.
    modularity: of the communities, with the weights they were found by.
    position: in the event log, of the graph when it was analysed.
    A customer erased since is still here: name them in `without` where such must not be seen.
    """

    customers: list[CustomerId]
    products: list[str]
    degree: NDArray[np.int32]  # [num_nodes], distinct partners
    community: NDArray[np.int32]  # [num_nodes]
    centrality: NDArray[np.float64]  # [num_nodes], PageRank; sums to 1
    edges: StrongestEdges
    communities: tuple[Community, ...]
    modularity: float
    position: Position
    analysed_at: Instant

    def __len__(self) -> int:
        """How many nodes there are."""
        return len(self.degree)

    def of(self, node: NodeRef) -> int | None:
        """The row of a customer or product; None for any other node, and for one nobody had to do with."""
        return self._rows.get(node)

    def node(self, row: int) -> NodeRef:
        """The customer or product of a row."""
        if row < len(self.customers):
            return NodeRef(NodeKind.CUSTOMER, self.customers[row])
        return NodeRef(NodeKind.PRODUCT, self.products[row - len(self.customers)])

    def most_central(
        self, kind: NodeKind, limit: int = 20, *, without: Collection[NodeRef] = ()
    ) -> NDArray[np.int64]:  # [≤ limit]
        """The rows of the most central customers or products, ties by id; of another kind there are none."""
        order = self._by_centrality.get(kind, np.empty(0, dtype=np.int64))
        return _without(order[: limit + len(without)], self._hidden(without))[:limit]

    def overview(self, limit: int = 2000, *, without: Collection[NodeRef] = ()) -> Overview:
        """At most `limit` nodes, half of them customers, half products (more of one where the other has fewer): the
        most central of each, with the strongest edges among them. A community is a disc, its products in the middle.

        InvalidValue for a limit below 1.
        """
        if limit < 1:
            raise InvalidValue("limit", limit, "an integer of 1 or more")
        hidden = self._hidden(without)
        customers = _without(self._by_centrality[NodeKind.CUSTOMER], hidden)
        products = _without(self._by_centrality[NodeKind.PRODUCT], hidden)
        num_products = min(max(limit // 2, limit - len(customers)), len(products))
        rows = np.concatenate((customers[: limit - num_products], products[:num_products]))
        drawn = np.zeros(len(self), dtype=np.bool_)
        drawn[rows] = True
        edges = self.edges.among(drawn, each=3 if len(rows) <= FEW else 1)
        place = np.empty(len(self), dtype=np.int32)
        place[rows] = np.arange(len(rows), dtype=np.int32)
        node = np.searchsorted(self.edges.offsets, edges, side="right") - 1
        partner = self.edges.partner[edges]
        source, target = place[np.minimum(node, partner)], place[np.maximum(node, partner)]
        rank = np.roll(np.arange(len(rows)), -num_products)  # the products first: around them, their customers
        layout = lay_out(self.community[rows], rank, source, target)
        return Overview(
            rows=rows,
            x=layout.x,
            y=layout.y,
            source=source,
            target=target,
            kind=self.edges.kind[edges],
            times=self.edges.times[edges],
            last=self.edges.last[edges],
        )

    def _hidden(self, nodes: Collection[NodeRef]) -> NDArray[np.int64]:
        return np.array([row for node in nodes if (row := self.of(node)) is not None], dtype=np.int64)

    @cached_property
    def _rows(self) -> dict[NodeRef, int]:
        return {self.node(row): row for row in range(len(self))}

    @cached_property
    def _by_centrality(self) -> dict[NodeKind, NDArray[np.int64]]:
        """The rows of each kind, the most central first."""
        first = len(self.customers)
        return {
            NodeKind.CUSTOMER: np.argsort(-self.centrality[:first], kind="stable"),
            NodeKind.PRODUCT: np.argsort(-self.centrality[first:], kind="stable") + first,
        }


def _without(rows: NDArray[np.int64], hidden: NDArray[np.int64]) -> NDArray[np.int64]:
    return rows[~np.isin(rows, hidden)] if len(hidden) else rows
