"""SqliteGraph: the customer graph in one file, without a server."""

import os
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path as FilePath

from graph.customer_graph import (
    Change,
    EdgeArrays,
    Entry,
    GraphCounts,
    Neighbour,
    Path,
    Record,
    RecordKind,
    SimilarByHistory,
)
from graph.ids import CustomerId
from graph.instants import Instant
from graph.log.event_log import Position
from graph.nodes import NodeKind, NodeRef
from graph.stores.changes import Changes
from graph.stores.sqlite.bodies import entries
from graph.stores.sqlite.database import Database
from graph.stores.sqlite.edges import edges
from graph.stores.sqlite.export import export
from graph.stores.sqlite.neighbours import neighbours
from graph.stores.sqlite.search import search
from graph.stores.sqlite.similarity import similar_customers
from graph.stores.sqlite.writing import SqliteWriting
from graph.stores.verbs import Verbs
from graph.stores.walks import shortest_paths

__all__ = ["SqliteGraph"]

_COUNTS = """SELECT (SELECT count(*) FROM customer),
    (SELECT count(*) FROM node n JOIN entry e ON e.node = n.id WHERE n.kind = 'product'),
    (SELECT count(*) FROM node WHERE kind = 'campaign'), (SELECT count(*) FROM node WHERE kind = 'coupon'),
    (SELECT count(*) FROM interaction),
    (SELECT count(*) FROM node n LEFT JOIN entry e ON e.node = n.id WHERE n.kind = 'product' AND e.node IS NULL)"""


class SqliteGraph(Verbs):
    """A `CustomerGraph` in the file at `path`, created where there is none.

    Row ids are the file's own and never leave it. One process at a time writes, waiting up to `timeout` seconds for its
    turn, while any number read. Threads may share a handle; they take turns. Raises StoreUnavailable where the file
    cannot be used, SchemaTooNew where a newer Patron wrote it; a file of an older one is brought up to date.
    """

    def __init__(self, path: str | os.PathLike[str], *, timeout: float = 30.0) -> None:
        self._database = Database(FilePath(path), timeout)

    def entries(self, nodes: Iterable[NodeRef]) -> dict[NodeRef, Entry]:
        with self._database.reading() as connection:
            return entries(connection, nodes)

    def search(self, text: str, *, kinds: Collection[NodeKind] | None = None, limit: int = 20) -> list[NodeRef]:
        with self._database.reading() as connection:
            return search(connection, text, kinds, limit)

    def neighbours(
        self,
        node: NodeRef,
        *,
        relations: Collection[str] | None = None,
        kinds: Collection[NodeKind] | None = None,
        since: Instant | None = None,
        as_of: Instant | None = None,
        limit: int = 100,
    ) -> list[Neighbour]:
        with self._database.reading() as connection:
            return neighbours(connection, node, relations, kinds, since, as_of, limit)

    def similar_customers(self, customer: CustomerId, k: int = 10) -> list[SimilarByHistory]:
        with self._database.reading() as connection:
            return similar_customers(connection, customer, k)

    def paths(
        self,
        start: NodeRef,
        end: NodeRef,
        *,
        relations: Collection[str] | None = None,
        since: Instant | None = None,
        as_of: Instant | None = None,
        max_length: int = 4,
        fan_out: int = 100,
        limit: int = 10,
    ) -> list[Path]:
        with self._database.reading() as connection:

            def beside(nodes: Collection[NodeRef], relations: Collection[str]) -> dict[NodeRef, list[Neighbour]]:
                return {node: neighbours(connection, node, relations, None, since, as_of, fan_out) for node in nodes}

            return shortest_paths(beside, start, end, relations, max_length, limit)

    def edges(
        self,
        since: Instant | None = None,
        as_of: Instant | None = None,
        *,
        targets: NodeKind = NodeKind.PRODUCT,
    ) -> EdgeArrays:
        with self._database.snapshot() as connection:
            return edges(connection, since, as_of, targets)

    def export(self, kinds: Collection[RecordKind] | None = None) -> Iterator[Record]:
        with self._database.snapshot() as connection:
            yield from export(connection, kinds)

    def counts(self) -> GraphCounts:
        with self._database.reading() as connection:
            return GraphCounts(*connection.execute(_COUNTS).fetchone())

    def apply(self, changes: Iterable[Change], position: Position | None = None) -> int:
        with self._database.writing() as connection:
            pending = Changes(SqliteWriting(connection))
            for change in changes:
                pending.add(change)
            pending.flush()
            if position is not None:
                connection.execute("UPDATE position SET value = ?", (position,))
        if pending.erased:
            self._database.truncate_wal()  # what was erased is in the older pages there
        return pending.recorded

    def position(self) -> Position:
        with self._database.reading() as connection:
            [(value,)] = connection.execute("SELECT value FROM position")
        return Position(value)

    def close(self) -> None:
        self._database.close()
