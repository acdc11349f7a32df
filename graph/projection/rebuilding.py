"""Rebuilding: a derived store made anew from the log beside the one there is, which it then replaces."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import NamedTuple, Protocol

from graph.copying import Progress, copy_graph
from graph.customer_graph import CustomerGraph
from graph.errors import PatronError, StoreUnavailable
from graph.files.durable import sync
from graph.log.event_log import START, Position
from graph.log.log_file import LogFile
from graph.profile.features.table import FeatureTable
from graph.profile.stores.profile_store import ProfileStore
from graph.profile.stores.sqlite import SqliteProfiles
from graph.projection.catch_up import Projection, catch_up
from graph.projection.graph_projection import GraphProjection
from graph.projection.serving_projection import ServingProjection
from graph.stores.sqlite import SqliteGraph

__all__ = [
    "Rebuilt",
    "rebuild_graph_file",
    "rebuild_graph_server",
    "rebuild_profiles",
    "rebuild_profiles_server",
]

BATCH = 20_000
COPIED = 5_000
UNFINISHED = Position("copy:")
"""Where a server's graph stands while it is emptied: `copy_graph` takes it for a copy that has only begun."""

Store = SqliteProfiles | SqliteGraph

Applied = Callable[[int], None]
"""Called with how many events were folded into the store since it was called last."""


class Rebuilt(NamedTuple):
    """events: how many this call has folded; an earlier one that was stopped has folded the others.
    position: where in the log the store stands now."""

    events: int
    resumed: bool
    position: Position


class ServerGraph(CustomerGraph, Protocol):
    """A graph on a server, which no file can take the place of."""

    def clear(self, position: Position) -> None:
        """Stand at `position` and remove everything, in many transactions."""
        ...


class ServerProfiles(ProfileStore, Protocol):
    """Profiles on a server, which no file can take the place of."""

    def clear(self) -> None:
        """Remove everything, the position first."""
        ...


def rebuild_profiles(
    log: LogFile, path: Path, applied: Applied = lambda _: None, table: FeatureTable | None = None
) -> Rebuilt:
    """Fold the whole log, with the features of `table`, into a new profiles.db, catalogue included, and put it in the
    place of the one at `path`.

    Nobody else may have `path` open. Stopped at any moment, the next call goes on where this one was, and `path` is the
    old file or the new one, whole.
    """
    _alone(path)
    rebuilt = _profiles_beside(log, path, applied, table)
    _swap(_fresh(path), path)
    return rebuilt


def rebuild_profiles_server(
    log: LogFile,
    profiles: ServerProfiles,
    path: Path,
    applied: Applied = lambda _: None,
    table: FeatureTable | None = None,
    copied: Progress = lambda what, done, total: None,
) -> Rebuilt:
    """Make the profiles anew in a file beside `path`, then empty the server's and put them there.

    No server may use them meanwhile. They stand at the log's start until all are there, so that one that starts before
    folds everything again, and so that the next call begins the copy anew. Visitors who had expired are there again
    for as long as any visitor is kept.
    """
    rebuilt = _profiles_beside(log, path, applied, table)
    fresh = _fresh(path)
    with closing(SqliteProfiles(fresh)) as made:
        total = made.count()
        profiles.clear()
        if table is not None:
            profiles.features(table.fingerprint)
        done = 0
        everybody = made.everybody()
        while part := list(islice(everybody, COPIED)):
            profiles.write(part, [], START)
            done += len(part)
            copied("profiles", done, total)
        profiles.write([], made.products(), made.position())
    _remove(fresh)
    return rebuilt


def rebuild_graph_file(log: LogFile, path: Path, applied: Applied = lambda _: None) -> Rebuilt:
    """`rebuild_profiles` for a graph in a file."""
    _alone(path)
    rebuilt = _graph_beside(log, path, applied)
    _swap(_fresh(path), path)
    return rebuilt


def rebuild_graph_server(
    log: LogFile,
    graph: ServerGraph,
    path: Path,
    applied: Applied = lambda _: None,
    copied: Progress = lambda what, done, total: None,
) -> Rebuilt:
    """Make the graph anew in a file beside `path`, then empty the server's and copy it there, every record compared.

    A server holds one graph: it is not whole between the emptying and the end of the copy, and its position says so.
    """
    rebuilt = _graph_beside(log, path, applied)
    fresh = _fresh(path)
    with closing(SqliteGraph(fresh)) as made:
        begun = graph.position().removeprefix(UNFINISHED)
        if begun in ("", graph.position()):  # no copy has begun
            graph.clear(UNFINISHED)
        copy_graph(made, graph, verify=True, progress=copied)
    _remove(fresh)
    return rebuilt


def _profiles_beside(log: LogFile, path: Path, applied: Applied, table: FeatureTable | None) -> Rebuilt:
    fresh = _fresh(path)
    resumed = _begun(fresh, log, SqliteProfiles) and _of_this_table(fresh, table)
    with closing(SqliteProfiles(fresh)) as profiles:
        events, position = _caught_up(log, ServingProjection(profiles, table=table), applied)
    return Rebuilt(events, resumed, position)


def _graph_beside(log: LogFile, path: Path, applied: Applied) -> Rebuilt:
    fresh = _fresh(path)
    resumed = _begun(fresh, log, SqliteGraph)
    with closing(SqliteGraph(fresh)) as graph:
        events, position = _caught_up(log, GraphProjection(graph), applied)
    return Rebuilt(events, resumed, position)


def _caught_up(log: LogFile, projection: Projection, applied: Applied) -> tuple[int, Position]:
    events = 0

    def count(more: int) -> None:
        nonlocal events
        events += more
        applied(more)

    position = catch_up(log, projection, batch=BATCH, progress=count)
    return events, position


def _fresh(path: Path) -> Path:
    return path.with_name(f"{path.name}.rebuilding")


def _begun(fresh: Path, log: LogFile, opened: Callable[[Path], Store]) -> bool:
    """Whether `fresh` is the beginning of this work; what it is otherwise is removed."""
    if not fresh.exists():
        return False
    try:
        with closing(opened(fresh)) as store:
            position = store.position()
        log.read(position, 1)
    except PatronError:
        _remove(fresh)
        return False
    return position != START


def _of_this_table(fresh: Path, table: FeatureTable | None) -> bool:
    """Whether the profiles begun keep the features of `table`; others are removed."""
    if table is None:
        return True
    with closing(SqliteProfiles(fresh)) as profiles:
        same = profiles.features(table.fingerprint) == table.fingerprint
    if not same:
        _remove(fresh)
    return same


def _alone(path: Path) -> None:
    """Fold the write-ahead log of a file into it; StoreUnavailable where another process has it open."""
    if not path.exists():
        return
    with closing(sqlite3.connect(path, timeout=1, isolation_level=None)) as connection:
        try:
            connection.execute("PRAGMA journal_mode = DELETE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise StoreUnavailable(f"{path} is open in another process: stop its `patron worker` first") from error
        except sqlite3.DatabaseError:
            return  # it is broken, which is why it is made anew


def _swap(fresh: Path, path: Path) -> None:
    _alone(fresh)
    sync(fresh)
    _alone(path)
    for left in ("-wal", "-shm"):  # of a broken file: they must not be read into the new one
        path.with_name(path.name + left).unlink(missing_ok=True)
    os.replace(fresh, path)
    sync(path.parent)


def _remove(path: Path) -> None:
    for left in ("", "-wal", "-shm"):
        path.with_name(path.name + left).unlink(missing_ok=True)
