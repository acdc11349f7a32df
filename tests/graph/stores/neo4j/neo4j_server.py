"""Neo4j servers for tests: the one that NEO4J_URI names, else our own, each started when first needed."""

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from urllib.parse import unquote, urlsplit

from neo4j import Driver, GraphDatabase

from graph import PatronError
from graph.stores.neo4j.local import GivenNeo4j, LocalNeo4j, ServerSettings, find_neo4j

SMALL = ServerSettings(heap="512m", page_cache="128m", quick_start=True)
WIPE = "MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 10000 ROWS"
ALLOWED = "PATRON_TEST_WIPE_NEO4J"


def opened(url: str) -> Driver:
    """A driver of the server at `url`, which carries user and password."""
    given = urlsplit(url)
    address = f"{given.scheme}://{given.netloc.rpartition('@')[2]}"
    return GraphDatabase.driver(address, auth=(unquote(given.username or ""), unquote(given.password or "")))


class Place:
    """One server, the folder whose graph it holds now, and a driver to wipe it with."""

    def __init__(self, server: GivenNeo4j | LocalNeo4j) -> None:
        self.url = server.url
        self.folder: Path | None = None
        self.driver = opened(server.url)
        self.database = urlsplit(server.url).path.strip("/") or None

    def holds_data(self) -> bool:
        with self.driver.session(database=self.database) as session:
            return session.run("MATCH (n) RETURN 1 LIMIT 1").single() is not None

    def wipe(self) -> None:
        with self.driver.session(database=self.database) as session:
            session.run(WIPE).consume()


class Servers:
    """Up to two graphs at a time: `url_for` a folder is the same as long as it is among the two used last.

    A server that NEO4J_URI names takes the first place, the second is always our own. A given one that holds data when
    the tests come is refused, whatever the data: set PATRON_TEST_WIPE_NEO4J=1 to have them deleted. What tests leave
    in it is deleted at the end.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        own = {name: value for name, value in environ.items() if name != "NEO4J_URI"}
        self._unopened = [environ, own]
        self._places: list[Place] = []  # the one used last at the end
        self._left = ExitStack()
        self._may_wipe = environ.get(ALLOWED) == "1"

    def url_for(self, folder: Path) -> str:
        """The URL of a graph that is empty when `folder` is new here."""
        place = next((place for place in self._places if place.folder == folder), None)
        if place is None:
            place = self._opened(self._unopened[0]) if self._unopened else self._places[0]
            place.wipe()
            place.folder = folder
        self._places = [*(other for other in self._places if other is not place), place]
        return place.url

    def _opened(self, environ: Mapping[str, str]) -> Place:
        server = find_neo4j(environ, settings=SMALL)
        self._left.enter_context(server)
        place = Place(server)
        self._left.callback(place.driver.close)
        if isinstance(server, GivenNeo4j):
            if not self._may_wipe and place.holds_data():
                raise PatronError(
                    "the tests would delete what the database in NEO4J_URI holds: name an empty one, unset NEO4J_URI, "
                    f"or set {ALLOWED}=1 to have it deleted"
                )
            self._left.callback(place.wipe)
        del self._unopened[0]
        return place

    def __enter__(self) -> "Servers":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._left.close()
