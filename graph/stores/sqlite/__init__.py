"""The customer graph in one SQLite file: the embedded default, no server needed."""

from graph.stores.sqlite.graph import SqliteGraph

__all__ = ["SqliteGraph"]
