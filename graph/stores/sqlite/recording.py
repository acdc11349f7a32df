"""Recording interactions: those whose key is new, and the bare nodes they name."""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec

from graph.customer_graph import Record
from graph.errors import InvalidValue
from graph.interactions import Interaction, InteractionKind
from graph.nodes import NodeKind, Trait
from graph.stores.refusals import TARGETS, refuse
from graph.stores.sqlite.schema import KINDS
from graph.turns import in_turns

__all__ = ["REFUSED", "customer_rows", "node_rows", "record", "remove_unused", "said_why"]

REFUSED = (
    ArithmeticError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
    msgspec.MsgspecError,
    sqlite3.IntegrityError,
    sqlite3.InterfaceError,
    sqlite3.ProgrammingError,
)
"""What a value that cannot be stored comes up as, here or in the tables' own checks."""

_CODES = {kind: code for code, kind in enumerate(KINDS)}
_ENCODER = msgspec.msgpack.Encoder(order="deterministic")

_INSERT = """INSERT INTO interaction (stem, suffix, customer, kind, target, at, utc_offset, quantity, value, discount,
    rating, occasion, attributes) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (stem, suffix) DO NOTHING"""
_FIND_OCCASION = """SELECT id FROM occasion WHERE customer = ? AND "order" = ? AND session = ? AND place = ?
    AND channel = ? AND caused_by = ? AND currency = ?"""
_CREATE_OCCASION = """INSERT INTO occasion (customer, "order", session, place, channel, caused_by, currency)
    VALUES (?, ?, ?, ?, ?, ?, ?)"""
_BOUGHT = """INSERT INTO bought (product, customer) SELECT DISTINCT i.target, i.customer
    FROM interaction i NOT INDEXED CROSS JOIN node n ON n.id = i.target
    WHERE i.id > ? AND i.kind = ? AND n.kind = ? ORDER BY 1, 2
    ON CONFLICT DO NOTHING RETURNING customer"""

Rows = dict[str, int]


def record(connection: sqlite3.Connection, interactions: Sequence[Interaction]) -> int:
    """Record those whose key is new, the first of each; how many there were.

    Raises InvalidValue for one that cannot be stored.
    """
    if not interactions:
        return 0
    try:
        return _record(connection, interactions)
    except REFUSED as error:
        raise said_why(interactions, error) from error


def said_why(records: Iterable[Record], error: Exception) -> Exception:
    """The InvalidValue of the first of `records` that nobody can store, else `error` as it came.

    Looked for only once something failed, so that the good batches, nearly all, are not checked twice.
    """
    try:
        for each in records:
            refuse(each)
    except InvalidValue as why:
        return why
    return error


def _record(connection: sqlite3.Connection, interactions: Sequence[Interaction]) -> int:
    [(before,)] = connection.execute("SELECT ifnull(max(id), 0) FROM interaction")
    customers, new_customers = customer_rows(connection, (each.customer for each in interactions))
    nodes: dict[NodeKind, Rows] = {}
    new_nodes: list[int] = []
    for kind in {each.target.kind: None for each in interactions}:
        if kind not in TARGETS:
            raise ValueError(kind)
        names = (each.target.id for each in interactions if each.target.kind == kind)
        nodes[kind], new = node_rows(connection, kind, names)
        new_nodes += new
    stems, new_stems = _stem_rows(connection, interactions)
    occasions: dict[tuple[int, str, str, str, str, str, str], int] = {}
    new_occasions: list[int] = []
    rows = []
    for each in interactions:
        customer = customers[each.customer]
        shared = (customer, each.order, each.session, each.place, each.channel, each.caused_by, each.currency)
        occasion = occasions.get(shared)
        if occasion is None:
            occasion, is_new = _row(connection, _FIND_OCCASION, _CREATE_OCCASION, shared)
            occasions[shared] = occasion
            if is_new:
                new_occasions.append(occasion)
        if not each.key:
            raise ValueError(each.key)
        head, slash, suffix = each.key.rpartition("/")
        rows.append(
            (
                stems[head + slash],
                suffix,
                customer,
                _CODES[each.kind],
                nodes[each.target.kind][each.target.id],
                each.at,
                each.utc_offset,
                each.quantity,
                each.value,
                each.discount,
                each.rating,
                occasion,
                _attributes(each.attributes) if each.attributes else None,
            )
        )
    recorded = connection.executemany(_INSERT, in_turns(rows)).rowcount
    if recorded < len(rows):
        created = (("occasion", "occasion", new_occasions), ("stem", "stem", new_stems))
        _take_back(
            connection, before, (*created, ("customer", "customer", new_customers), ("node", "target", new_nodes))
        )
    bought = connection.execute(_BOUGHT, (before, _CODES[InteractionKind.PURCHASED], NodeKind.PRODUCT)).fetchall()
    connection.executemany(
        "UPDATE customer SET bought = bought + ? WHERE id = ?",
        [(products, customer) for (customer,), products in Counter(bought).items()],
    )
    return recorded


def _attributes(attributes: dict[str, Trait]) -> bytes:
    if not all(isinstance(value, str | int | float | bool) for value in attributes.values()):
        raise TypeError(attributes)
    return _ENCODER.encode(attributes)


def customer_rows(connection: sqlite3.Connection, names: Iterable[str]) -> tuple[Rows, list[int]]:
    """The row of each customer, and which of them had to be created."""
    find = "SELECT id FROM customer WHERE name = ?"
    create = "INSERT INTO customer (name, search) VALUES (?1, search_text('customer', ?1, NULL))"
    return _rows(connection, find, create, ((name, (name,)) for name in dict.fromkeys(names)))


def node_rows(connection: sqlite3.Connection, kind: NodeKind, names: Iterable[str]) -> tuple[Rows, list[int]]:
    """The row of each node of one kind, and which of them had to be created, bare."""
    find = "SELECT id FROM node WHERE kind = ? AND name = ?"
    create = "INSERT INTO node (kind, name, search) VALUES (?1, ?2, search_text(?1, ?2, NULL))"
    return _rows(connection, find, create, ((name, (kind.value, name)) for name in dict.fromkeys(names)))


def remove_unused(connection: sqlite3.Connection, nodes: Iterable[int]) -> None:
    """Remove those of `nodes` that no entry, interaction or relation names any more."""
    connection.executemany(
        """DELETE FROM node WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM entry WHERE node = ?1)
            AND NOT EXISTS (SELECT 1 FROM interaction WHERE target = ?1)
            AND NOT EXISTS (SELECT 1 FROM relation WHERE source = ?1)
            AND NOT EXISTS (SELECT 1 FROM relation WHERE target = ?1)""",
        [(node,) for node in nodes],
    )


def _stem_rows(connection: sqlite3.Connection, interactions: Sequence[Interaction]) -> tuple[Rows, list[int]]:
    find, create = "SELECT id FROM stem WHERE text = ?", "INSERT INTO stem (text) VALUES (?)"
    texts = dict.fromkeys(each.key[: each.key.rfind("/") + 1] for each in interactions)
    return _rows(connection, find, create, ((text, (text,)) for text in texts))


def _take_back(connection: sqlite3.Connection, before: int, created: Sequence[tuple[str, str, list[int]]]) -> None:
    """Remove what was created for interactions that turned out to be known: no row after `before` names it."""
    for table, column, rows in created:
        if rows:
            connection.execute(
                f"DELETE FROM {table} WHERE id >= ? AND id NOT IN (SELECT {column} FROM interaction WHERE id > ?)",
                (min(rows), before),  # a new row's id is above all others
            )


def _rows(
    connection: sqlite3.Connection, find: str, create: str, wanted: Iterable[tuple[str, tuple[str, ...]]]
) -> tuple[Rows, list[int]]:
    rows: Rows = {}
    new: list[int] = []
    for name, parameters in wanted:
        rows[name], created = _row(connection, find, create, parameters)
        if created:
            new.append(rows[name])
    return rows, new


def _row(connection: sqlite3.Connection, find: str, create: str, parameters: tuple[str | int, ...]) -> tuple[int, bool]:
    held = connection.execute(find, parameters).fetchone()
    if held is not None:
        return int(held[0]), False
    created = connection.execute(create, parameters).lastrowid
    if created is None:
        raise ValueError(parameters)
    return created, True
