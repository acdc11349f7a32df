"""Erasure: a customer and all they did leave the file; every other row stays as it is."""

import sqlite3

from graph.ids import CustomerId
from graph.stores.sqlite.recording import remove_unused

__all__ = ["erase"]


def erase(connection: sqlite3.Connection, customer: CustomerId) -> None:
    """Remove a customer, their interactions, and the stems and bare nodes that nothing else names."""
    held = connection.execute("SELECT id FROM customer WHERE name = ?", (customer,)).fetchone()
    if held is None:
        return
    stems = connection.execute("SELECT DISTINCT stem FROM interaction WHERE customer = ? ORDER BY 1", held).fetchall()
    targets = connection.execute(
        "SELECT DISTINCT target FROM interaction WHERE customer = ? ORDER BY 1", held
    ).fetchall()
    connection.execute("DELETE FROM interaction WHERE customer = ?", held)
    connection.execute("DELETE FROM occasion WHERE customer = ?", held)
    connection.executemany(
        "DELETE FROM bought WHERE product = ? AND customer = ?", [(target, held[0]) for (target,) in targets]
    )
    connection.execute("DELETE FROM customer WHERE id = ?", held)
    connection.executemany(
        "DELETE FROM stem WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM interaction WHERE stem = ?1)", stems
    )
    remove_unused(connection, (target for (target,) in targets))
