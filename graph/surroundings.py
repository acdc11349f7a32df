"""Surroundings: what lies within some steps of some nodes, the nearest and most joined first, up to a limit."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from graph.customer_graph import Neighbour
from graph.nodes import NodeKind, NodeRef
from graph.stores.shared import SHARED

__all__ = ["Surroundings", "direction", "surroundings"]

_SHARED = frozenset(kind for _, kind, _ in SHARED)
_OUTWARD = {NodeKind.CUSTOMER: 0, NodeKind.COUPON: 1, NodeKind.PRODUCT: 2}


@dataclass
class Surroundings:
    """distances: steps from the nearest start, by node, in the order they were reached. met: every edge that was
    followed, from the node it was met at, once from each end. truncated: there is more than was asked for."""

    distances: dict[NodeRef, int]
    met: list[tuple[NodeRef, Neighbour]] = field(default_factory=list)
    truncated: bool = False


def surroundings(
    beside: Callable[[NodeRef], tuple[list[Neighbour], bool]],
    starts: Iterable[NodeRef],
    depth: int,
    limit: int,
    *,
    through_shared: bool,
) -> Surroundings:
    """At most `limit` nodes within `depth` steps of `starts`; `beside` answers a node's first neighbours and whether
    there are more.

    A department, category, brand or the like joins everything: it is followed only as a start or `through_shared`.
    """
    known = dict.fromkeys(starts, 0)
    frontier = list(known)[:limit]
    found = Surroundings(dict.fromkeys(frontier, 0), truncated=len(known) > limit)
    for distance in range(1, depth + 1):
        reached: list[NodeRef] = []
        for node in frontier:
            if node.kind in _SHARED and node not in known and not through_shared:
                continue
            rows, more = beside(node)
            found.truncated |= more
            for row in rows:
                if row.node not in found.distances:
                    if len(found.distances) == limit:
                        found.truncated = True
                        continue
                    found.distances[row.node] = distance
                    reached.append(row.node)
                found.met.append((node, row))
        frontier = reached
    return found


def direction(node: NodeRef, other: NodeRef) -> tuple[NodeRef, NodeRef]:
    """The (source, target) of what joins two nodes: from customers to what they did it with, from coupons to products
    and campaigns, from products to what they share with others."""
    source, target = sorted((node, other), key=lambda end: _OUTWARD.get(end.kind, len(_OUTWARD)))
    return source, target
