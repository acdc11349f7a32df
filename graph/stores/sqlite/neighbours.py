"""Neighbours: what is beside a node, counted."""

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
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
_JOINED = """SELECT n.kind, n.name, r.relation FROM relation r JOIN node n ON n.id = r.{other}
    WHERE r.{this} = ? AND r.relation IN (SELECT value FROM json_each(?)) AND n.kind IN (SELECT value FROM json_each(?))
    ORDER BY 1, 2 LIMIT ?"""
_LEAVING = _JOINED.format(this="source", other="target")
_ARRIVING = _JOINED.format(this="target", other="source")

Acted = tuple[int, str, int, Instant]
"""What interactions join: its row, the relation, how many times, when last."""
Ordered = tuple[int, str, str, str, Instant | None]
"""What is beside, as it is ordered: minus how many times, kind, id, relation; when last."""


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
    wanted, limit = checked_relations(relations), max(limit, 0)
    row = _row_of(connection, node)
    if row is None or not limit:
        return []
    acted = [each for each in _acted(connection, node.kind, row, window(since, as_of)) if each[1] in wanted]
    if kinds is None and len(acted) > limit:  # the names of those that cannot be among the first are not looked up
        least = nlargest(limit, (times for _, _, times, _ in acted))[-1]
        acted = [each for each in acted if each[2] >= least]
    rows = [each for each in _named(connection, node.kind, acted) if kinds is None or each[1] in kinds]
    rows += _joined(connection, node.kind, row, wanted, NodeKind if kinds is None else kinds, limit)
    first = nsmallest(limit, rows) if limit < len(rows) else sorted(rows)
    return [Neighbour(NodeRef(NodeKind(kind), name), rel, -times, last) for times, kind, name, rel, last in first]


def _row_of(connection: sqlite3.Connection, node: NodeRef) -> int | None:
    if node.kind == NodeKind.CUSTOMER:
        held = connection.execute("SELECT id FROM customer WHERE name = ?", (node.id,)).fetchone()
    else:
        held = connection.execute("SELECT id FROM node WHERE kind = ? AND name = ?", node).fetchone()
    return None if held is None else int(held[0])


def _acted(connection: sqlite3.Connection, kind: NodeKind, row: int, between: tuple[int, int]) -> Iterator[Acted]:
    """What interactions join to a customer, or to the target of some."""
    query = _OF_CUSTOMER if kind == NodeKind.CUSTOMER else _OF_TARGET
    for other, code, times, last in connection.execute(query, (row, *between)):
        yield other, KINDS[code].value, times, Instant(last)


def _named(connection: sqlite3.Connection, kind: NodeKind, acted: Sequence[Acted]) -> Iterator[Ordered]:
    names = _NODES if kind == NodeKind.CUSTOMER else _CUSTOMERS
    rows = json.dumps([row for row, _, _, _ in acted])
    found = {row: (other, name) for row, other, name in connection.execute(names, (rows,))}
    for row, relation, times, last in acted:
        yield (-times, *found[row], relation, last)


def _joined(
    connection: sqlite3.Connection,
    kind: NodeKind,
    row: int,
    wanted: Collection[str],
    kinds: Iterable[NodeKind],
    limit: int,
) -> Iterator[Ordered]:
    """The first of what the catalogue joins to any node but a customer: all are joined once."""
    codes = json.dumps([code for code, relation in enumerate(RELATIONS) if relation in wanted])
    others = json.dumps([each.value for each in kinds])
    for query in () if kind == NodeKind.CUSTOMER else (_LEAVING, _ARRIVING):
        for other, name, code in connection.execute(query, (row, codes, others, limit)):
            yield -1, other, name, RELATIONS[code].value, None
