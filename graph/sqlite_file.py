"""A SQLite file of ours: opened in WAL mode, its schema brought up to date, a newer one refused."""

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from graph.errors import SchemaTooNew

__all__ = ["open_sqlite", "transaction"]

_WAL_ATTEMPTS = 100


def open_sqlite(
    path: Path,
    migrations: Sequence[str],
    *,
    synchronous: str = "FULL",
    busy_seconds: float = 5.0,
    shrinks: bool = False,
) -> sqlite3.Connection:
    """A connection in autocommit mode that any thread may use, one at a time.

    ``migrations[n]`` is the script that brings schema n to schema n + 1. What is deleted is overwritten in the file.
    `shrinks`: a file made now can give freed pages back step by step (``PRAGMA incremental_vacuum``).
    Raises SchemaTooNew for a file of a later schema, sqlite3.Error where the file cannot be used.
    """
    connection = sqlite3.connect(
        path, timeout=busy_seconds, isolation_level=None, check_same_thread=False, cached_statements=256
    )
    try:
        version = _schema_of(connection)
        if version > len(migrations):
            raise SchemaTooNew(f"schema of {path.name}", version, f"at most {len(migrations)}")
        if shrinks and version == 0:
            connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        _use_wal(connection)
        connection.execute(f"PRAGMA synchronous = {synchronous}")
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("PRAGMA wal_autocheckpoint = 4000")
        if version < len(migrations):
            _migrate(connection, migrations)
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """What is done inside is kept whole, or, where it raises, not at all."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _schema_of(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _use_wal(connection: sqlite3.Connection) -> None:
    # Two processes that open a new file at once: the change to WAL does not wait for the other's lock by itself.
    for attempt in range(_WAL_ATTEMPTS):
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError:
            if attempt == _WAL_ATTEMPTS - 1:
                raise
            time.sleep(0.02)
        else:
            return


def _migrate(connection: sqlite3.Connection, migrations: Sequence[str]) -> None:
    with transaction(connection):
        for number in range(_schema_of(connection), len(migrations)):
            for statement in migrations[number].split(";"):
                if statement.strip():
                    connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {number + 1}")
