"""The demo's graph: in the data folder, in a Neo4j of its own, or wherever a URL says."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from click import echo

from api.settings import system_environment
from graph import PatronError
from graph.stores.open import shown_url

__all__ = ["graph_for"]


@contextlib.contextmanager
def graph_for(chosen: str | None, data: Path) -> Iterator[str | None]:
    """The graph's URL for the length of the demo; None is what the settings say, empty the file in the data folder.

    `chosen` is ``sqlite``, ``neo4j`` or a URL. For ``neo4j`` the server that NEO4J_URI names is taken, else one is
    started whose data stay in the folder; PatronError where there is no way to one.
    """
    if chosen == "neo4j":
        with _neo4j(data) as url:
            yield url
    else:
        yield "" if chosen == "sqlite" else chosen


@contextlib.contextmanager
def _neo4j(data: Path) -> Iterator[str]:
    try:
        from graph.stores.neo4j.local import LocalNeo4j, ServerSettings, find_neo4j  # its driver is an extra
    except ModuleNotFoundError as error:
        raise PatronError("a graph in Neo4j needs its driver: pip install 'patron[neo4j]'") from error
    home = data / "neo4j"
    found = find_neo4j(system_environment(), home=home, settings=ServerSettings(browser_port=0), say=_say)
    with found as server:
        if isinstance(server, LocalNeo4j):
            port = urlsplit(server.url).port
            _say(
                f"the graph is in a Neo4j of the demo's own, {home}, bolt://127.0.0.1:{port}: look at it in "
                f"{server.browser_url} as neo4j, with the password in {home / 'password'}"
            )
        else:
            _say(f"the graph is in the Neo4j that NEO4J_URI names: {shown_url(server.url)}")
        yield server.url


def _say(text: str) -> None:
    echo(text, err=True)
