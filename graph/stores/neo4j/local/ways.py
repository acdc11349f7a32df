"""The ways to a Neo4j: an address given, Java with Maven, or Docker; the first that is there is taken."""

import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from urllib.parse import quote, urlsplit, urlunsplit

from graph.errors import InvalidValue, StoreUnavailable
from graph.local_servers.jars import cache_folder
from graph.local_servers.java import javas
from graph.stores.neo4j.local.jars import neo4j_jars
from graph.stores.neo4j.local.launchers import DockerLauncher, JavaLauncher
from graph.stores.neo4j.local.releases import DEFAULT_VERSION, Release, release_of
from graph.stores.neo4j.local.server import LocalNeo4j
from graph.stores.neo4j.local.settings import ServerSettings
from graph.stores.open import shown_url

__all__ = ["GivenNeo4j", "find_neo4j"]

SCHEMES = frozenset({"neo4j", "neo4j+s", "neo4j+ssc", "bolt", "bolt+s", "bolt+ssc"})


class GivenNeo4j:
    """A server somebody else runs: entering and leaving do nothing."""

    def __init__(self, url: str) -> None:
        self.url = url

    def __enter__(self) -> "GivenNeo4j":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave it running."""


def find_neo4j(
    environ: Mapping[str, str],
    *,
    home: Path | None = None,
    settings: ServerSettings | None = None,
    version: str = DEFAULT_VERSION,
    cache: Path | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> GivenNeo4j | LocalNeo4j:
    """The server to use, whose `url` is good inside ``with``: what NEO4J_URI names, else one of our own.

    Nothing is started or fetched yet. Our own keeps its data in `home`, else in a temporary folder; what takes seconds
    is announced to `say`. StoreUnavailable says which ways there are and what each lacks; InvalidValue refuses an
    address or a version.
    """
    if environ.get("NEO4J_URI"):
        return GivenNeo4j(_given_url(environ))
    release = release_of(version)
    ways = (_java_way(release, environ, cache or cache_folder(environ)), _docker_way(release, environ))
    for way in ways:
        if not isinstance(way, str):
            return LocalNeo4j(way, home, settings or ServerSettings(), say)
    java, docker = ways
    raise StoreUnavailable(
        f"no Neo4j to use. One of three things is needed: the address of one in NEO4J_URI, with NEO4J_USERNAME and "
        f"NEO4J_PASSWORD (not set); Java {release.java} or newer with Maven ({java}); Docker ({docker})"
    )


def _given_url(environ: Mapping[str, str]) -> str:
    uri = environ["NEO4J_URI"]
    given = urlsplit(uri)
    if given.scheme not in SCHEMES or not given.hostname:
        raise InvalidValue(
            "NEO4J_URI", shown_url(uri), f"an address such as neo4j://host:7687 ({', '.join(sorted(SCHEMES))})"
        )
    place, path = given.netloc, given.path
    if "@" not in place and (password := environ.get("NEO4J_PASSWORD")):
        place = f"{quote(environ.get('NEO4J_USERNAME') or 'neo4j', safe='')}:{quote(password, safe='')}@{place}"
    if path in ("", "/") and (database := environ.get("NEO4J_DATABASE")):
        path = f"/{quote(database, safe='')}"
    return urlunsplit((given.scheme, place, path, given.query, ""))


def _java_way(release: Release, environ: Mapping[str, str], cache: Path) -> JavaLauncher | str:
    """How to run `release` on Java, or what is missing for it."""
    found = javas(environ)
    java = next((java for java in found if java.version >= release.java), None)
    if java is None:
        return (
            f"Java here: {', '.join(f'{java.version} at {java.path}' for java in found)}" if found else "no java here"
        )
    jars = neo4j_jars(cache, release.version)
    maven = shutil.which("mvn", path=environ.get("PATH", ""))
    if maven is None and not jars.lib.exists():
        return f"Java {java.version} is here, mvn is not on the PATH"
    return JavaLauncher(release, java, jars, Path(maven).absolute() if maven else None, environ)


def _docker_way(release: Release, environ: Mapping[str, str]) -> DockerLauncher | str:
    """How to run `release` in Docker, or what is missing for it."""
    docker = shutil.which("docker", path=environ.get("PATH", ""))
    if docker is None:
        return "docker is not on the PATH"
    asked = [docker, "version", "--format", "{{.Server.Version}}"]
    try:
        answered = subprocess.run(asked, env=dict(environ), capture_output=True, text=True, timeout=20)
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"{docker} does not run: {error}"
    if answered.returncode:
        return f"docker's daemon does not answer: {answered.stderr.strip()}"
    return DockerLauncher(release, Path(docker).absolute(), environ)
