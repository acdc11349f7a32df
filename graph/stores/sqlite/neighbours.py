"""Neighbours: what is beside a node, counted."""

import sqlite3
from collections.abc import Collection, Iterator
from heapq import nsmallest

from graph.customer_graph import Neighbour
from graph.instants import Instant
from graph.interactions import InteractionKind
from graph.nodes import NodeKind, NodeRef, Relation
from graph.stores.refusals import checked_relations
from graph.stores.sqlite.schema import KINDS, RELATIONS
from graph.stores.windows import window

__all__ = ["neighbours"]

_OF_CUSTOMER = """SELECT n.kind, n.name, i.kind, i.times, i.last FROM (
        SELECT target, kind, count(*) AS times, max(at) AS last FROM interaction
        WHERE customer = ? AND at BETWEEN ? AND ? GROUP BY target, kind
    ) i JOIN node n ON n.id = i.target"""
_OF_TARGET = """SELECT 'customer', c.name, i.kind, i.times, i.last FROM (
        SELECT customer, kind, count(*) AS times, max(at) AS last FROM interaction
        WHERE target = ? AND at BETWEEN ? AND ? GROUP BY customer, kind
    ) i JOIN customer c ON c.id = i.customer"""
_LEAVING = "SELECT n.kind, n.name, r.relation FROM relation r JOIN node n ON n.id = r.target WHERE r.source = ?"
_ARRIVING = "SELECT n.kind, n.name, r.relation FROM relation r JOIN node n ON n.id = r.source WHERE r.target = ?"


def neighbours(
    connection: sqlite3.Connection,
    node: NodeRef,
    relations: Collection[str] | None,
    kinds: Collection[NodeKind] | None,
    since: Instant | None,
    as_of: Instant | None,
    limit: int,
) -> list[Neighbour]:
    """The `limit` first nodes beside `node`, most joined first, then by kind, id and relation."""
    wanted = checked_relations(relations)
    rows = [
        (-times, kind, name, relation, last)
        for kind, name, relation, times, last in _rows(connection, node, window(since, as_of))
        if relation in wanted and (kinds is None or kind in kinds)
    ]
    first = nsmallest(max(limit, 0), rows) if limit < len(rows) else sorted(rows)
    return [
        Neighbour(NodeRef(NodeKind(kind), name), relation.value, -times, None if last is None else Instant(last))
        for times, kind, name, relation, last in first
    ]


Row = tuple[str, str, InteractionKind | Relation, int, int | None]


def _rows(connection: sqlite3.Connection, node: NodeRef, between: tuple[int, int]) -> Iterator[Row]:
    """(kind, name, relation, times, last) of everything beside `node`, in no order."""
    if node.kind == NodeKind.CUSTOMER:
        held = connection.execute("SELECT id FROM customer WHERE name = ?", (node.id,)).fetchone()
    else:
        held = connection.execute("SELECT id FROM node WHERE kind = ? AND name = ?", (node.kind, node.id)).fetchone()
    if held is None:
        return
    query = _OF_CUSTOMER if node.kind == NodeKind.CUSTOMER else _OF_TARGET
    for kind, name, code, times, last in connection.execute(query, (*held, *between)):
        yield kind, name, KINDS[code], times, last
    if node.kind != NodeKind.CUSTOMER:
        for query in (_LEAVING, _ARRIVING):
            for kind, name, code in connection.execute(query, held):
                yield kind, name, RELATIONS[code], 1, None
