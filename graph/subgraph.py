"""A bounded part of the customer graph as a networkx graph, for notebooks and drawings."""

from collections.abc import Collection, Iterable

import networkx as nx

from graph.customer_graph import GraphReader, Neighbour
from graph.errors import InvalidValue
from graph.instants import Instant
from graph.nodes import NodeKind, NodeRef, Product
from graph.surroundings import direction, surroundings

__all__ = ["to_networkx"]


def to_networkx(
    graph: GraphReader,
    start: NodeRef | Iterable[NodeRef],
    *,
    depth: int = 1,
    limit: int = 500,
    relations: Collection[str] | None = None,
    since: Instant | None = None,
    as_of: Instant | None = None,
) -> "nx.MultiDiGraph[NodeRef]":
    """What lies within `depth` steps of `start`, at most `limit` nodes, the nearest and most joined first.

    Nodes are `NodeRef`s with the attributes

    - kind: str, the value of the NodeKind
    - id: str
    - label: str, a product's name where it has one, else the id
    - distance: int, steps from the nearest start

    Edges point from customers to what they did it with, from coupons to products and campaigns, from products to what
    they share with others, the first `limit` of each node followed; their key is the relation and their attributes are

    - relation: str, the value of an InteractionKind or Relation
    - times: int
    - last: int, microseconds UTC, or None for what has no time

    `relations`, `since` and `as_of` choose edges as `GraphReader.neighbours` does. A department, category, brand or the
    like joins everything: unless `relations` are named, it is shown but not followed, except as a start. Every edge
    touches a node nearer than `depth`. Raises InvalidValue for a depth below 0 or a limit below 1.
    """
    if depth < 0:
        raise InvalidValue("depth", depth, "an integer of 0 or more")
    if limit < 1:
        raise InvalidValue("limit", limit, "an integer of 1 or more")
    starts = [start] if isinstance(start, NodeRef) else start

    def beside(node: NodeRef) -> tuple[list[Neighbour], bool]:
        return graph.neighbours(node, relations=relations, since=since, as_of=as_of, limit=limit), False

    found = surroundings(beside, starts, depth, limit, through_shared=relations is not None)
    drawn: nx.MultiDiGraph[NodeRef] = nx.MultiDiGraph()
    for node, distance in found.distances.items():
        drawn.add_node(node, kind=node.kind.value, id=node.id, label=node.id, distance=distance)
    for node, row in found.met:
        source, target = direction(node, row.node)
        drawn.add_edge(source, target, key=row.relation, relation=row.relation, times=row.times, last=row.last)
    for node, entry in graph.entries(each for each in drawn if each.kind == NodeKind.PRODUCT).items():
        if isinstance(entry, Product) and entry.name:
            drawn.nodes[node]["label"] = entry.name
    return drawn
