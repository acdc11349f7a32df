"""Opening a customer graph by its URL."""

from importlib.util import find_spec
from pathlib import Path

from graph.customer_graph import CustomerGraph
from graph.errors import InvalidValue, PatronError
from graph.stores.sqlite import SqliteGraph

__all__ = ["check_url", "open_graph", "shown_url", "sqlite_file"]

_SQLITE = "sqlite:///"
_NEO4J = ("neo4j", "bolt")


def open_graph(url: str) -> CustomerGraph:
    """The store `url` names, opened.

    ``sqlite:///relative/graph.db``, ``sqlite:////absolute/graph.db``, ``neo4j://user:password@host:7687/database`` and
    what else the Neo4j driver takes: ``neo4j+s://``, ``bolt://`` and so on. A server is first asked by the first verb.

    Raises InvalidValue for a URL that names no store we have, StoreUnavailable where a file cannot be used.
    """
    check_url(url)
    if url.startswith(_SQLITE):
        return SqliteGraph(url.removeprefix(_SQLITE))
    from graph.stores.neo4j.graph import Neo4jGraph  # its driver is an extra

    return Neo4jGraph(url)


def check_url(url: str) -> None:
    """Raise InvalidValue where `url` names no store we have, PatronError where the driver it needs is not installed."""
    scheme, found, _ = url.partition("://")
    if found and scheme.partition("+")[0] in _NEO4J:
        if find_spec("neo4j") is None:
            raise PatronError("a graph in Neo4j needs its driver: pip install 'patron[neo4j]'")
    elif not url.removeprefix(_SQLITE) or not url.startswith(_SQLITE):
        expected = "sqlite:///relative/path.db, sqlite:////absolute/path.db or neo4j://user:password@host:7687/database"
        raise InvalidValue("graph_url", shown_url(url), expected)


def sqlite_file(url: str) -> list[Path]:
    """The file that a graph's URL names, none where it names a server."""
    return [Path(url.removeprefix(_SQLITE))] if url.startswith(_SQLITE) else []


def shown_url(url: str) -> str:
    """`url` as messages may show it: without user and password.

    >>> shown_url("neo4j://neo4j:secret@db.example:7687/shop")
    'neo4j://db.example:7687/shop'
    """
    scheme, found, place = url.partition("://")
    return f"{scheme}{found}{place.rpartition('@')[2]}" if found else url.rpartition("@")[2]
