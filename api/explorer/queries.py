"""Queries: the explorer's questions of the graph as functions of their parameters."""

import math
from collections import Counter
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

import msgspec

from api.explorer.answers import (
    Compared,
    Comparison,
    Edge,
    Found,
    NodeAnswer,
    PathsAnswer,
    Related,
    Shared,
    Similar,
    SimilarNodes,
    View,
    Walk,
)
from api.explorer.node_text import node_of, node_text
from api.explorer.parameters import MAX_NODES, Parameters
from api.explorer.reach import Reach, edge
from api.explorer.vectors import Vectors
from graph import (
    Campaign,
    Customer,
    CustomerId,
    Instant,
    InteractionKind,
    InvalidValue,
    Neighbour,
    NodeKind,
    NodeRef,
    Path,
    Product,
    customer_id,
    iso,
)
from graph.nodes import Relation
from graph.profile.stores.profile_store import ProfileReader
from graph.surroundings import surroundings

__all__ = ["compare", "neighbours", "node", "paths", "search", "similar", "view"]

FAN_OUT = 25
CATALOGUE = frozenset(Relation)
MAX_COUNTED = 100_000


def search(asked: Parameters, reach: Reach) -> Found:
    """Nodes by id, name or trait."""
    return Found(reach.nodes(reach.search(asked.text("q"), asked.kinds(), asked.count("limit", 20, 200))))


def node(asked: Parameters, reach: Reach) -> NodeAnswer:
    """One node: what is stated of it, and how many it is joined to by what."""
    one = reach.known(asked.node("node"), "node")
    rows, truncated = reach.neighbours(one, limit=MAX_COUNTED)
    nodes, times = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for row in rows:
        nodes[row.relation, row.node.kind] += 1
        times[row.relation, row.node.kind] += row.times
    return NodeAnswer(
        node=reach.nodes((one,))[0],
        entry=_stated(reach.entries((one,)).get(one)) or {"id": one.id},
        relations=[Related(*key, count, times[key]) for key, count in sorted(nodes.items(), key=_most_first)],
        truncated=truncated,
    )


def neighbours(asked: Parameters, reach: Reach) -> View:
    """A node and the first ones beside it."""
    since, as_of = asked.window()
    relations, kinds, limit = asked.relations(), asked.kinds(), asked.count("limit", 50, 1000)
    one = reach.known(asked.node("node"), "node")
    rows, truncated = reach.neighbours(one, relations=relations, kinds=kinds, since=since, as_of=as_of, limit=limit)
    beside = dict.fromkeys((one, *(row.node for row in rows)))
    return View(nodes=reach.nodes(beside), edges=[edge(one, row) for row in rows], truncated=truncated)


def view(asked: Parameters, reach: Reach) -> View:
    """What lies within some steps of up to fifty nodes, the nearest and most joined first."""
    since, as_of = asked.window()
    relations, kinds = asked.relations(), asked.kinds()
    depth, limit = asked.count("depth", 1, 3, least=0), asked.count("limit", 500, MAX_NODES)
    starts = [reach.known(start, "node") for start in asked.nodes("node")]

    def beside(one: NodeRef) -> tuple[list[Neighbour], bool]:
        return reach.neighbours(one, relations=relations, kinds=kinds, since=since, as_of=as_of, limit=limit)

    found = surroundings(beside, starts, depth, limit, through_shared=relations is not None)
    edges: dict[tuple[str, str, str], Edge] = {}
    for one, row in found.met:
        joined = edge(one, row)
        edges[joined.source, joined.target, joined.relation] = joined
    return View(nodes=reach.nodes(found.distances), edges=list(edges.values()), truncated=found.truncated)


def paths(asked: Parameters, reach: Reach) -> PathsAnswer:
    """The shortest paths between two nodes, and the view they make."""
    since, as_of = asked.window()
    relations = asked.relations()
    length, limit = asked.count("max_length", 4, 6), asked.count("limit", 5, 50)
    start, end = reach.known(asked.node("from"), "from"), reach.known(asked.node("to"), "to")
    found, truncated = reach.paths(
        start,
        end,
        relations=relations,
        since=since,
        as_of=as_of,
        max_length=length,
        fan_out=FAN_OUT,
        limit=limit,
    )
    drawn = dict.fromkeys((start, end, *(one for path in found for one in path.nodes)))
    return PathsAnswer(
        nodes=reach.nodes(drawn),
        edges=_edges_of(found, reach, since, as_of),
        truncated=truncated,
        paths=[Walk([node_text(one) for one in path.nodes], list(path.relations)) for path in found],
    )


def similar(asked: Parameters, reach: Reach) -> SimilarNodes:
    """The customers whose purchases overlap most with those of one."""
    text = asked.text("customer")
    named = node_of(text, "customer") if text.startswith("customer:") else None
    k = asked.count("k", 10, 200)
    one = reach.known(named or NodeRef(NodeKind.CUSTOMER, customer_id(text, "customer")), "customer")
    found = reach.similar(CustomerId(one.id), k)
    shown = reach.nodes(NodeRef(NodeKind.CUSTOMER, row.customer) for row in found)
    near = [Similar(other, round(row.similarity, 6), row.shared) for other, row in zip(shown, found, strict=True)]
    return SimilarNodes(reach.nodes((one,))[0], near)


def compare(asked: Parameters, reach: Reach, vectors: Vectors, profiles: ProfileReader) -> Comparison:
    """Two nodes of one kind: what they share, what one has that the other lacks, and how near they are.

    All but the vectors is of the window.
    """
    since, as_of = asked.window()
    limit = asked.count("limit", 50, 1000)
    a, b = asked.node("a"), asked.node("b")
    if a.kind is not b.kind:
        raise InvalidValue("b", node_text(b), f"a {a.kind}, as a is")
    a, b = reach.known(a, "a"), reach.known(b, "b")
    rows_a, rows_b = (reach.neighbours(one, since=since, as_of=as_of, limit=MAX_COUNTED)[0] for one in (a, b))
    times_a, times_b = _times(rows_a), _times(rows_b)
    shared = _strongest({one: times_a[one] + times_b[one] for one in times_a.keys() & times_b.keys()})
    only_a, only_b = (
        _strongest({one: times for one, times in mine.items() if one not in other})
        for mine, other in ((times_a, times_b), (times_b, times_a))
    )
    shown = dict.fromkeys((a, b, *shared[:limit], *only_a[:limit], *only_b[:limit]))
    drawn = dict(zip(shown, reach.nodes(shown), strict=True))
    near = vectors.similarity(a, b, profiles)
    return Comparison(
        a=drawn[a],
        b=drawn[b],
        shared=[Shared(drawn[one], times_a[one], times_b[one]) for one in shared[:limit]],
        only_a=[Compared(drawn[one], times_a[one]) for one in only_a[:limit]],
        only_b=[Compared(drawn[one], times_b[one]) for one in only_b[:limit]],
        shared_total=len(shared),
        only_a_total=len(only_a),
        only_b_total=len(only_b),
        history_similarity=round(_cosine(_bought(rows_a), _bought(rows_b)), 6),
        vector_similarity=None if near is None else round(near, 6),
    )


def _edges_of(found: Iterable[Path], reach: Reach, since: Instant | None, as_of: Instant | None) -> list[Edge]:
    """The edges of some paths: those of the catalogue are there once and have no time; how often and when last a
    customer did something is looked up, with all that is wanted of that customer."""
    wanted: dict[NodeRef, dict[tuple[NodeRef, str], None]] = {}
    stated: dict[Edge, None] = {}
    for path in found:
        for (first, second), relation in zip(pairwise(path.nodes), path.relations, strict=True):
            if relation in CATALOGUE:
                stated[edge(first, Neighbour(second, relation, 1, None))] = None
                continue
            customer, other = (second, first) if second.kind is NodeKind.CUSTOMER else (first, second)
            wanted.setdefault(customer, {})[other, relation] = None
    edges = list(stated)
    for customer, joined in wanted.items():
        kinds, relations = {one.kind for one, _ in joined}, {relation for _, relation in joined}
        rows, _ = reach.neighbours(
            customer, relations=relations, kinds=kinds, since=since, as_of=as_of, limit=MAX_COUNTED
        )
        edges += [edge(customer, row) for row in rows if (row.node, row.relation) in joined]
    return edges


def _stated(entry: Customer | Product | Campaign | None) -> dict[str, Any]:
    """What is stated of a node, without what only Patron reads."""
    match entry:
        case Customer():
            return {"id": entry.id, "traits": entry.traits}
        case Product():
            stated: dict[str, Any] = msgspec.to_builtins(entry)
            stated.pop("stamp", None)
            return stated
        case Campaign():
            window = {name: iso(at) for name, at in (("starts", entry.starts), ("ends", entry.ends)) if at is not None}
            coupons = [{"id": coupon.id, "products": len(coupon.products)} for coupon in entry.coupons]
            return {"id": entry.id, "kind": entry.kind, **window, "coupons": coupons}
    return {}


def _times(rows: Iterable[Neighbour]) -> Counter[NodeRef]:
    times = Counter[NodeRef]()
    for row in rows:
        times[row.node] += row.times
    return times


def _strongest(times: dict[NodeRef, int]) -> list[NodeRef]:
    return sorted(times, key=lambda one: (-times[one], one))


def _bought(rows: Iterable[Neighbour]) -> set[NodeRef]:
    return {row.node for row in rows if row.relation == InteractionKind.PURCHASED}


def _cosine(first: set[NodeRef], second: set[NodeRef]) -> float:
    return len(first & second) / math.sqrt(len(first) * len(second)) if first and second else 0.0


def _most_first(counted: tuple[tuple[str, str], int]) -> tuple[int, tuple[str, str]]:
    return -counted[1], counted[0]
