"""Neo4jGraph: the customer graph in a Neo4j database."""

from collections.abc import Collection, Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING

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
from graph.stores.neo4j.address import Address
from graph.stores.neo4j.database import Database
from graph.stores.neo4j.edges import edges
from graph.stores.neo4j.entries import entries
from graph.stores.neo4j.export import Exported
from graph.stores.neo4j.neighbours import neighbours
from graph.stores.neo4j.schema import INTERACTION_TYPES, LABELS
from graph.stores.neo4j.search import search
from graph.stores.neo4j.similarity import similar_customers
from graph.stores.neo4j.writing import Neo4jWriting
from graph.stores.refusals import refuse
from graph.stores.verbs import Verbs
from graph.stores.walks import shortest_paths

if TYPE_CHECKING:
    from neo4j import ManagedTransaction

__all__ = ["Neo4jGraph"]

FIND_POSITION = "MATCH (g:Patron {id: 'graph'}) RETURN g.position AS position"
PUT_POSITION = "MATCH (g:Patron {id: 'graph'}) SET g.position = $position"
COUNTS = "\nUNION ALL ".join(
    f"MATCH {pattern} WITH count(n) AS count RETURN '{name}' AS name, count"
    for name, pattern in (
        ("customers", "(n:Customer)"),
        ("met", "(n:Product)"),
        ("products", "(n:Product:Listed)"),
        ("campaigns", "(n:Campaign)"),
        ("coupons", "(n:Coupon)"),
        ("interactions", f"()-[n:{'|'.join(INTERACTION_TYPES)}]->()"),
    )
)


class Neo4jGraph(Verbs):
    """A `CustomerGraph` in the database at ``neo4j://user:password@host:port/database``.

    Threads share a handle. Nothing is asked of the server before the first verb, which also brings the database's
    schema up to date; while the server is away every verb raises StoreUnavailable, and works again once it is back.
    Writers, of whatever process, take turns, so that a batch sees all that went before. A graph that Patron holds in a
    database must not be written to by others; labels and relationships of your own beside it are left alone.
    """

    def __init__(self, url: str, *, retry_seconds: float = 5.0, pool: int = 16, acquire_seconds: float = 10.0) -> None:
        address = Address.parse(url)
        self._database = Database(address, retry_seconds=retry_seconds, pool=pool, acquire_seconds=acquire_seconds)

    def entries(self, nodes: Iterable[NodeRef]) -> dict[NodeRef, Entry]:
        asked = list(nodes)
        return self._database.read(lambda tx: entries(tx, asked))

    def search(self, text: str, *, kinds: Collection[NodeKind] | None = None, limit: int = 20) -> list[NodeRef]:
        return self._database.read(lambda tx: search(tx, text, kinds, limit))

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
        found = self._database.read(lambda tx: neighbours(tx, [node], relations, kinds, since, as_of, limit))
        return found[node]

    def similar_customers(self, customer: CustomerId, k: int = 10) -> list[SimilarByHistory]:
        return self._database.read(lambda tx: similar_customers(tx, customer, k))

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
        timed = since is not None or as_of is not None

        def walk(tx: "ManagedTransaction") -> list[Path]:
            def beside(nodes: Collection[NodeRef], relations: Collection[str]) -> dict[NodeRef, list[Neighbour]]:
                return neighbours(tx, nodes, relations, None, since, as_of, fan_out, timed=timed)

            return shortest_paths(beside, start, end, relations, max_length, limit)

        return self._database.read(walk)

    def edges(
        self,
        since: Instant | None = None,
        as_of: Instant | None = None,
        *,
        targets: NodeKind = NodeKind.PRODUCT,
    ) -> EdgeArrays:
        """As the protocol says; writers wait until the arrays are read."""
        with self._database.undisturbed() as tx:
            return edges(tx, since, as_of, targets)

    def export(self, kinds: Collection[RecordKind] | None = None) -> Iterator[Record]:
        """As the protocol says; writers wait until all is read, into temporary files where it is much."""
        with self._database.undisturbed() as tx:
            exported = Exported(tx, kinds)
        yield from exported

    def counts(self) -> GraphCounts:
        held: dict[str, int] = dict(self._database.read(lambda tx: tx.run(COUNTS).values()))
        met = held.pop("met")
        return GraphCounts(**held, unresolved=met - held["products"])

    def apply(self, changes: Iterable[Change], position: Position | None = None) -> int:
        batch = list(changes)
        for change in batch:
            refuse(change)

        def write(tx: "ManagedTransaction") -> int:
            pending = Changes(Neo4jWriting(tx))
            for change in batch:
                pending.add(change)
            pending.flush()
            if position is not None:
                tx.run(PUT_POSITION, position=position).consume()
            return pending.recorded

        return self._database.write(write)

    def clear(self, position: Position) -> None:
        """Stand at `position` and remove everything that Patron holds here, some nodes a transaction."""
        self.apply((), position)
        for label in LABELS.values():
            while self._database.write(partial(_remove_some, label=label)):
                pass

    def position(self) -> Position:
        return self._database.read(lambda tx: Position(tx.run(FIND_POSITION).single(strict=True)["position"]))

    def close(self) -> None:
        self._database.close()


def _remove_some(tx: "ManagedTransaction", label: str) -> int:
    text = f"MATCH (n:{label}) WITH n LIMIT 500 DETACH DELETE n RETURN count(*) AS removed"
    return int(tx.run(text).single(strict=True)["removed"])
