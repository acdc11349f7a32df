"""Edges: every interaction with one kind of target, as numpy columns."""

import sqlite3
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from graph.customer_graph import EdgeArrays
from graph.errors import InvalidValue
from graph.ids import CustomerId
from graph.instants import DAY, MINUTE, Instant
from graph.nodes import NodeKind
from graph.stores.columns import by_time_and_key, numbered_as_met
from graph.stores.refusals import TARGETS
from graph.stores.windows import window

__all__ = ["edges"]

# Nearly all interactions are with products: read the table through. Those with other targets are few: look them up.
_ALL = "FROM interaction i WHERE i.at BETWEEN ? AND ? ORDER BY i.id"
_FEW = """FROM interaction i WHERE i.at BETWEEN ? AND ? AND i.target IN (SELECT id FROM node WHERE kind = ?)
    ORDER BY i.id"""
_NUMBERS = "i.customer, i.target, i.kind, i.at, i.utc_offset, i.value, i.occasion"
_KEY = "(SELECT text FROM stem WHERE id = i.stem) || i.suffix"


def edges(
    connection: sqlite3.Connection, since: Instant | None, as_of: Instant | None, targets: NodeKind
) -> EdgeArrays:
    """The interactions of the window whose target is of kind `targets`, ordered by (at, key)."""
    if targets not in TARGETS:
        raise InvalidValue("targets", targets, f"one of {', '.join(sorted(TARGETS))}")
    few = () if targets == NodeKind.PRODUCT else (targets,)
    source, bounds = (_FEW if few else _ALL), (*window(since, as_of), *few)
    # Row by row into the array: lists of rows would take four times the memory and twice the time.
    cells = chain.from_iterable(connection.execute(f"SELECT {_NUMBERS} {source}", bounds))
    numbers = np.fromiter(cells, dtype=np.int64).reshape(-1, 7)  # [num_rows, 7]
    quantity = np.fromiter(chain.from_iterable(connection.execute(f"SELECT i.quantity {source}", bounds)), np.float64)
    keys: list[str] = list(chain.from_iterable(connection.execute(f"SELECT {_KEY} {source}", bounds)))
    names: dict[int, str] = dict(connection.execute("SELECT id, name FROM node WHERE kind = ?", (targets,)).fetchall())
    order = by_time_and_key(numbers[:, 3], keys)
    if not few:
        of_kind = np.isin(numbers[:, 1], np.fromiter(names, dtype=np.int64, count=len(names)))
        order = order[of_kind[order]]
    customer, target, kind, at, offset, value, occasion = np.ascontiguousarray(numbers[order].T)
    customers, customer_positions = _named(customer, dict(connection.execute("SELECT id, name FROM customer")))
    target_names, target_positions = _named(target, names)
    return EdgeArrays(
        customers=[CustomerId(name) for name in customers],
        targets=target_names,
        customer=customer_positions,
        target=target_positions,
        kind=kind.astype(np.int8),
        at=at,
        day=((at + offset * MINUTE) // DAY).astype(np.int32),
        quantity=quantity[order],
        value=value,
        order=_orders(connection, occasion),
    )


def _named(rows: NDArray[np.int64], names: dict[int, str]) -> tuple[list[str], NDArray[np.int32]]:
    """The names that occur, sorted, and the position of each row's name among them."""
    distinct, inverse = np.unique(rows, return_inverse=True)
    by_name = sorted(range(len(distinct)), key=lambda place: names[int(distinct[place])])
    position = np.empty(len(distinct), dtype=np.int32)
    position[by_name] = np.arange(len(distinct), dtype=np.int32)
    return [names[int(distinct[place])] for place in by_name], position[inverse]


def _orders(connection: sqlite3.Connection, occasion: NDArray[np.int64]) -> NDArray[np.int32]:  # [num_edges]
    """A number for each row's order, in the order first met; -1 where it has none."""
    if not len(occasion):
        return np.empty(0, dtype=np.int32)
    numbers: dict[tuple[int, str], int] = {}
    number = np.full(int(occasion.max()) + 1, -1, dtype=np.int64)
    for row, customer, order in connection.execute(
        """SELECT id, customer, "order" FROM occasion WHERE "order" <> '' AND id <= ?""", (int(occasion.max()),)
    ):
        number[row] = numbers.setdefault((customer, order), len(numbers))
    return numbered_as_met(number[occasion])
