"""The stores a customer graph lives in, opened by URL. They hold what they are given: validation sits above them."""

from graph.stores.open import open_graph
from graph.stores.sqlite import SqliteGraph

__all__ = ["SqliteGraph", "open_graph"]
