"""Database: one SQLite file as transactions, with its failures said as Patron's."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock

from graph.errors import StoreUnavailable
from graph.nodes import NodeKind, NodeRef
from graph.stores.search_text import search_text
from graph.stores.sqlite.bodies import STATED, entry_of
from graph.stores.sqlite.schema import migrate

__all__ = ["Database"]

_CACHE_KIB = 65_536
_CHECKPOINT_PAGES = 16_384  # a page that many batches touch is copied into the file once, not once a batch


class Database:
    """A graph file that one handle reads and writes; threads take turns, other processes read at the same time.

    timeout: how many seconds a call waits for another process's write before it raises StoreUnavailable.
    """

    def __init__(self, path: Path, timeout: float) -> None:
        self.path = path
        self._timeout = timeout
        self._turn = RLock()
        self._wal_is_stale = False
        with self._failures():
            self._connection = self._connect()
            try:
                self._to_wal()
                migrate(self._connection)
            except BaseException:
                self._connection.close()
                raise

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """One consistent view of the file for as long as the block runs; inside a write, what it has written so far."""
        with self._turn, self._failures():
            if self._connection.in_transaction:
                yield self._connection
                return
            self._connection.execute("BEGIN")
            try:
                yield self._connection
            finally:
                self._connection.execute("ROLLBACK")
            if self._wal_is_stale:
                self._truncate_wal()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction: all of the block, or, where it raises, nothing of it."""
        with self._turn, self._failures():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:  # a full disk may have ended it already
                    self._connection.execute("ROLLBACK")
                raise
            if self._wal_is_stale:
                self._truncate_wal()

    @contextmanager
    def snapshot(self) -> Iterator[sqlite3.Connection]:
        """A consistent view on a connection of its own, which writes by this handle do not disturb."""
        with self._failures():
            connection = self._connect()
            try:
                connection.execute("PRAGMA query_only = ON")
                connection.execute("BEGIN")
                yield connection
            finally:
                connection.close()

    def truncate_wal(self) -> None:
        """Empty the write-ahead file into the main one; where a reader hinders that, after a later use."""
        with self._turn, self._failures():
            self._truncate_wal()

    def close(self) -> None:
        with self._turn, self._failures():
            self._connection.close()

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self.path, timeout=self._timeout, isolation_level=None, check_same_thread=False, cached_statements=256
        )
        for pragma in (
            "foreign_keys = ON",
            "secure_delete = ON",  # what is erased is overwritten, not only unlinked
            "synchronous = NORMAL",  # derived: what a power cut takes, the log brings again from the position held
            f"cache_size = -{_CACHE_KIB}",
            f"wal_autocheckpoint = {_CHECKPOINT_PAGES}",
        ):
            connection.execute(f"PRAGMA {pragma}")
        connection.create_function("search_text", 3, _search_text, deterministic=True)
        return connection

    def _truncate_wal(self) -> None:
        self._connection.execute("PRAGMA busy_timeout = 0")  # readers may take long, and are not waited for
        try:
            [(busy, _, _)] = self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            self._connection.execute(f"PRAGMA busy_timeout = {round(self._timeout * 1000)}")
        self._wal_is_stale = bool(busy)

    def _to_wal(self) -> None:
        # SQLite does not wait for its busy timeout here, so two processes that create one file would meet.
        give_up = time.monotonic() + self._timeout
        while True:
            try:
                self._connection.execute("PRAGMA journal_mode = WAL").fetchone()
                return
            except sqlite3.OperationalError as error:
                if "locked" not in str(error) or time.monotonic() > give_up:
                    raise
            time.sleep(0.01)

    @contextmanager
    def _failures(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise StoreUnavailable(f"graph store {self.path}: {_reason(error)}") from error


def _search_text(kind: str, name: str, body: bytes | None) -> str:
    node = NodeRef(NodeKind(kind), name)
    return search_text(entry_of(node, body) if node.kind in STATED else node)


def _reason(error: sqlite3.Error) -> str:
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    match code:
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return "another process is writing to it and did not finish in time; try again"
        case sqlite3.SQLITE_FULL:
            return "the disk is full; nothing of this call was written"
        case sqlite3.SQLITE_NOTADB:
            return "the file is not a database; choose another path or remove it"
        case sqlite3.SQLITE_CANTOPEN:
            return "the file cannot be opened; does its folder exist, and may this process write there?"
        case sqlite3.SQLITE_READONLY:
            return "the file cannot be written by this process"
    return str(error)
