"""A whole event log into Neo4j: seconds, idempotence, bulk reading, and whether copies between the stores are equal."""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any, TypeVar

from neo4j import GraphDatabase

from benchmarks.machine import machine, printed
from graph import START, CustomerGraph
from graph.copying import copy_graph
from graph.data_folder import DataFolder
from graph.log.sqlite_log import SqliteEventLog
from graph.projection.catch_up import catch_up
from graph.projection.graph_projection import GRAPH_BATCH, GraphProjection, changes_of
from graph.stores.neo4j.address import Address
from graph.stores.neo4j.local import find_neo4j
from graph.stores.open import open_graph

T = TypeVar("T")

WAYS = ("log", "copy")

WIPE = (
    "MATCH ()-[r]->() CALL (r) { DELETE r } IN TRANSACTIONS OF 20000 ROWS",
    "MATCH (n) CALL (n) { DELETE n } IN TRANSACTIONS OF 20000 ROWS",
)


def main(arguments: list[str] | None = None) -> int:
    """``python -m benchmarks.customer_graph.neo4j_load [--data data] [--neo4j URL] [--way log|copy] [--json FILE]``

    The database at the URL must be empty, and is empty in the end. The exit code is 1 where something is not equal.
    """
    parser = argparse.ArgumentParser(prog="python -m benchmarks.customer_graph.neo4j_load", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("data"), help="a data folder with an event log (data)")
    parser.add_argument("--neo4j", help="the URL of an empty database (else a server is started)")
    parser.add_argument("--way", action="append", choices=WAYS, help="from the log, or copied from SQLite (both)")
    parser.add_argument("--json", type=Path, help="write the object here as well")
    options = parser.parse_args(arguments)
    with ExitStack() as left:
        folder = Path(left.enter_context(tempfile.TemporaryDirectory(prefix="patron-bench-")))
        url = options.neo4j or _started(left)
        log = left.enter_context(closing(SqliteEventLog(DataFolder(options.data).log)))
        with closing(open_graph(url)) as graph:
            if graph.position() != START or any(graph.counts()):
                parser.error("the database holds a graph already: name an empty one")
        answer = measured(log, url, folder, options.way or WAYS)
    printed({"benchmark": "neo4j_load", "machine": machine(), **answer}, options.json)
    return 0 if all(answer["equal"].values()) else 1


def measured(log: SqliteEventLog, url: str, folder: Path, ways: Sequence[str]) -> dict[str, Any]:
    """Fill Neo4j from the log, twice, and from SQLite; what each phase took and whether the stores hold the same."""
    phases: dict[str, dict[str, float]] = {}
    equal: dict[str, bool] = {}
    with ExitStack() as left:
        first, second, third = (
            left.enter_context(closing(open_graph(f"sqlite:///{folder / name}.db")))
            for name in ("from_log", "from_neo4j", "there_and_back")
        )
        catch_up(log, GraphProjection(first))
        counts = first.counts()
        rows = counts.interactions

        def timed(name: str, work: Callable[[], T]) -> T:
            print(name, "…", file=sys.stderr, flush=True)
            started = time.perf_counter()
            result = work()
            seconds = time.perf_counter() - started
            phases[name] = {"seconds": round(seconds, 1), "interactions_per_second": round(rows / seconds)}
            return result

        if "log" in ways:
            graph = left.enter_context(closing(open_graph(url)))
            timed("log to neo4j", lambda: catch_up(log, GraphProjection(graph), batch=GRAPH_BATCH))
            equal["counts"] = graph.counts() == counts
            equal["nothing_new_the_second_time"] = timed("log to neo4j again", lambda: again(log, graph)) == 0
            edges, expected = timed("edges of neo4j", graph.edges), timed("edges of sqlite", first.edges)
            columns = ("at", "customer", "target", "kind", "day", "quantity", "value", "order")
            same_columns = all((getattr(edges, name) == getattr(expected, name)).all() for name in columns)
            equal["edges"] = (
                same_columns and edges.targets == expected.targets and edges.customers == expected.customers
            )
            timed("neo4j to sqlite", lambda: copy_graph(graph, second))
            equal["neo4j_to_sqlite"] = same(first, second)
            wipe(url)
        if "copy" in ways:
            other = left.enter_context(closing(open_graph(url)))
            timed("sqlite to neo4j", lambda: copy_graph(first, other))
            timed("and back to sqlite", lambda: copy_graph(other, third))
            equal["sqlite_to_neo4j_to_sqlite"] = same(first, third)
            wipe(url)
    return {"graph": counts._asdict(), "phases": phases, "equal": equal}


def again(log: SqliteEventLog, graph: CustomerGraph) -> int:
    """Apply the whole log once more, whatever the graph includes; how many interactions were new."""
    position, new = START, 0
    while True:
        logged, position = log.read(position, GRAPH_BATCH)
        if not logged:
            return new
        new += graph.apply(changes_of(logged), position)


def same(one: CustomerGraph, other: CustomerGraph) -> bool:
    """Whether two graphs hold the same, record by record."""
    return all(ours == theirs for ours, theirs in zip(one.export(), other.export(), strict=True))


def _started(left: ExitStack) -> str:
    server = find_neo4j(os.environ)
    left.enter_context(server)
    return server.url


def wipe(url: str) -> None:
    """Take everything out of a database; its constraints stay."""
    address = Address.parse(url)
    with (
        GraphDatabase.driver(address.uri, auth=(address.user, address.password)) as driver,
        driver.session(database=address.database) as session,
    ):
        for statement in WIPE:
            session.run(statement).consume()


if __name__ == "__main__":
    sys.exit(main())
