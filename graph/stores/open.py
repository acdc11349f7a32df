"""Opening a customer graph by its URL."""

from graph.customer_graph import CustomerGraph
from graph.errors import InvalidValue
from graph.stores.sqlite import SqliteGraph

__all__ = ["open_graph"]

_SQLITE = "sqlite:///"


def open_graph(url: str) -> CustomerGraph:
    """The store `url` names, opened: ``sqlite:///relative/graph.db``, ``sqlite:////absolute/graph.db``.

    Raises InvalidValue for a URL that names no store we have, StoreUnavailable where the store cannot be used.
    """
    path = url.removeprefix(_SQLITE)
    if path == url or not path:
        raise InvalidValue("graph_url", url, "sqlite:///relative/path.db or sqlite:////absolute/path.db")
    return SqliteGraph(path)
