"""patron rebuild: the graph and the profiles anew from the event log."""

import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import click
import msgspec

from api.profile_store import profile_store
from api.progress import stage
from api.settings import Settings, loaded_settings
from graph.data_folder import DataFolder
from graph.errors import InvalidValue
from graph.instants import iso
from graph.log.event_log import START
from graph.log.lag import lag_of
from graph.log.log_file import LogFile
from graph.log.opening import read_log
from graph.profile.features.table_file import read_feature_table
from graph.projection.rebuilding import (
    Applied,
    Rebuilt,
    rebuild_graph_file,
    rebuild_graph_server,
    rebuild_profiles,
    rebuild_profiles_server,
)
from graph.stores.open import check_url

__all__ = ["command"]

SQLITE = "sqlite:///"


@click.command("rebuild")
@click.option("--profiles", is_flag=True, help="Make the profiles and the catalogue anew, not the graph.")
@click.option("--graph", "only_graph", is_flag=True, help="Make the graph anew, not the profiles.")
@click.option("--incomplete", is_flag=True, help="Go on although retention has removed events that the stores include.")
@click.option("--data", type=click.Path(path_type=Path), help="The data folder.")
@click.option("--json", "as_json", is_flag=True, help="Print what was done as JSON.")
def command(profiles: bool, only_graph: bool, incomplete: bool, data: Path | None, as_json: bool) -> None:
    """Make the profiles, with the catalogue, and the graph anew from the event log, then put them in the place of those
    there are.

    No server or worker may run on the data folder, nor on another that shares its profiles in a Valkey. Stopped at any
    moment, the same call goes on where it was; what is there is replaced whole or not at all (a graph in Neo4j and
    profiles in a Valkey are emptied and filled, and stay behind until it is done).
    """
    settings = loaded_settings(data=data)
    check_url(settings.graph_url)
    both = profiles == only_graph
    with DataFolder(settings.data).exclusive() as folder, closing(read_log(folder.log, settings.log)) as log:
        _check_retention(log, incomplete)
        told: dict[str, Any] = {}
        if profiles or both:
            told["profiles"] = _timed(
                "profiles", log, lambda applied: _profiles(settings, folder, log, applied), as_json
            )
        if only_graph or both:
            told["graph"] = _timed("graph", log, lambda applied: _graph(settings, folder, log, applied), as_json)
    if as_json:
        click.echo(msgspec.json.encode(told))


def _check_retention(log: LogFile, incomplete: bool) -> None:
    removed = log.removed()
    if removed is None or incomplete:
        return
    expected = (
        f"a log with every event: retention has removed {removed.events:,} from before {iso(removed.before)}, which "
        "the stores include and a rebuild cannot. With --incomplete it goes on without them"
    )
    raise InvalidValue("rebuild", "this log", expected)


def _profiles(settings: Settings, folder: DataFolder, log: LogFile, applied: Applied) -> Rebuilt:
    features = read_feature_table(settings.profile_file)
    if not settings.profiles:
        return rebuild_profiles(log, folder.profiles, applied, features)
    with closing(profile_store(settings)) as store, stage("putting the profiles into their server") as advance:
        from graph.profile.stores.valkey.store import ValkeyProfiles  # its client is an extra

        assert isinstance(store, ValkeyProfiles)
        store.position()  # that it answers is known before the work begins
        return rebuild_profiles_server(
            log, store, folder.profiles, applied, features, lambda what, done, total: advance(done, total, what)
        )


def _graph(settings: Settings, folder: DataFolder, log: LogFile, applied: Applied) -> Rebuilt:
    if settings.graph_url.startswith(SQLITE):
        return rebuild_graph_file(log, Path(settings.graph_url.removeprefix(SQLITE)), applied)
    from graph.stores.neo4j.graph import Neo4jGraph  # its driver is an extra

    with closing(Neo4jGraph(settings.graph_url)) as graph, stage("putting the graph into its server") as advance:
        return rebuild_graph_server(
            log, graph, folder.graph, applied, lambda what, done, total: advance(done, total, what)
        )


def _timed(what: str, log: LogFile, work: Callable[[Applied], Rebuilt], quiet: bool) -> dict[str, Any]:
    """Do a piece of the work with its progress; what became of it."""
    began = time.monotonic()
    total = lag_of(log, START).events
    with stage(f"making the {what} anew from {total:,} events") as advance:
        done = 0

        def applied(events: int) -> None:
            nonlocal done
            done += events
            advance(done, total)

        rebuilt = work(applied)
    seconds = time.monotonic() - began
    if not quiet:
        gone_on = ", going on where an earlier call was" if rebuilt.resumed else ""
        click.echo(f"{what}: {rebuilt.events:,} events in {seconds:.1f} s{gone_on}; they stand at the log's end")
    return {"events": rebuilt.events, "resumed": rebuilt.resumed, "position": rebuilt.position, "seconds": seconds}
