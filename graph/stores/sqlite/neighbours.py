"""Neighbours: what is beside a node, counted."""

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator
from heapq import nlargest, nsmallest

from graph.customer_graph import Neighbour
from graph.instants import Instant
from graph.nodes import NodeKind, NodeRef
from graph.stores.refusals import checked_relations
from graph.stores.sqlite.schema import KINDS, RELATIONS
from graph.stores.windows import window

__all__ = ["neighbours"]

_OF_CUSTOMER = """SELECT target, kind, count(*), max(at) FROM interaction
    WHERE customer = ? AND at BETWEEN ? AND ? GROUP BY target, kind"""
_OF_TARGET = """SELECT customer, kind, count(*), max(at) FROM interaction
    WHERE target = ? AND at BETWEEN ? AND ? GROUP BY customer, kind"""
_CUSTOMERS = "SELECT id, 'customer', name FROM customer WHERE id IN (SELECT value FROM json_each(?))"
_NODES = "SELECT id, kind, name FROM node WHERE id IN (SELECT value FROM json_each(?))"
_LEAVING = "SELECT target, relation FROM relation WHERE source = ?"
_ARRIVING = "SELECT source, relation FROM relation WHERE target = ?"

Row = tuple[int, str, int, Instant | None]
"""What is beside: its row, the relation, how many times, when last."""


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
    limit = max(limit, 0)
    row = _row_of(connection, node)
    if row is None:
        return []
    acted = [each for each in _acted(connection, node.kind, row, window(since, as_of)) if each[1] in wanted]
    joined = [each for each in _joined(connection, node.kind, row) if each[1] in wanted]
    if kinds is None:
        acted, joined = _may_be_first(acted, joined, limit)
    beside_acted = _NODES if node.kind == NodeKind.CUSTOMER else _CUSTOMERS
    named = [*_named(connection, beside_acted, acted), *_named(connection, _NODES, joined)]
    rows = [each for each in named if kinds is None or each[1] in kinds]
    first = nsmallest(limit, rows) if limit < len(rows) else sorted(rows)
    return [Neighbour(NodeRef(NodeKind(kind), name), rel, -times, last) for times, kind, name, rel, last in first]


def _row_of(connection: sqlite3.Connection, node: NodeRef) -> int | None:
    if node.kind == NodeKind.CUSTOMER:
        held = connection.execute("SELECT id FROM customer WHERE name = ?", (node.id,)).fetchone()
    else:
        held = connection.execute("SELECT id FROM node WHERE kind = ? AND name = ?", node).fetchone()
    return None if held is None else int(held[0])


def _acted(connection: sqlite3.Connection, kind: NodeKind, row: int, between: tuple[int, int]) -> Iterator[Row]:
    """What interactions join to a customer, or to the target of some."""
    query = _OF_CUSTOMER if kind == NodeKind.CUSTOMER else _OF_TARGET
    for other, code, times, last in connection.execute(query, (row, *between)):
        yield other, KINDS[code].value, times, Instant(last)


def _joined(connection: sqlite3.Connection, kind: NodeKind, row: int) -> Iterator[Row]:
    """What the catalogue joins to any node but a customer."""
    for query in () if kind == NodeKind.CUSTOMER else (_LEAVING, _ARRIVING):
        for other, code in connection.execute(query, (row,)):
            yield other, RELATIONS[code].value, 1, None


def _may_be_first(acted: list[Row], joined: list[Row], limit: int) -> tuple[list[Row], list[Row]]:
    """Those rows that may be among the `limit` most joined; the names of the others need not be looked up."""
    if not limit:
        return [], []
    if len(acted) + len(joined) <= limit:
        return acted, joined
    least = nlargest(limit, (times for _, _, times, _ in (*acted, *joined)))[-1]
    return [row for row in acted if row[2] >= least], [row for row in joined if row[2] >= least]


def _named(
    connection: sqlite3.Connection, names: str, rows: Iterable[Row]
) -> Iterator[tuple[int, str, str, str, Instant | None]]:
    """Rows as they are ordered: most times first, then by kind, id and relation."""
    held = list(rows)
    found = {row: (kind, name) for row, kind, name in connection.execute(names, (json.dumps([r[0] for r in held]),))}
    for other, relation, times, last in held:
        yield (-times, *found[other], relation, last)
