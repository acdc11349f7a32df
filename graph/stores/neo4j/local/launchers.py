"""Launchers: the command that runs Neo4j in a home, on Java or in Docker."""

import os
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from graph.errors import StoreUnavailable
from graph.local_servers.jars import Jars
from graph.local_servers.java import Java
from graph.stores.neo4j.local.home import Home
from graph.stores.neo4j.local.releases import Release
from graph.stores.neo4j.local.settings import HOST, ServerSettings

__all__ = ["Command", "DockerLauncher", "JavaLauncher", "Launcher"]

BOLT_PORT, HTTP_PORT = 7687, 7474
"""Inside a container."""

QUICK = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
"""Flags of a Java that is up soon and stays small."""

_OPENED = ("java.nio", "java.io", "sun.nio.ch")


@dataclass(frozen=True)
class Command:
    """What to run, its first word an absolute path, and the whole environment to run it in."""

    words: list[str]
    environ: dict[str, str]


class Launcher(Protocol):
    """A way to run a server; `settings` name real ports here."""

    def prepare(self, home: Home, say: Callable[[str], None]) -> str:
        """All that precedes a start in `home`, which is ours alone now; the password the server will have."""

    def command(self, home: Home, settings: ServerSettings, password: str) -> Command:
        """What runs the server in the foreground until SIGTERM."""

    def kill(self, process: subprocess.Popen[bytes], settings: ServerSettings) -> None:
        """End the server now, without leave to tidy up."""


@dataclass(frozen=True)
class JavaLauncher:
    """Neo4j on a Java of this machine, from jars that Maven fetches once."""

    release: Release
    java: Java
    jars: Jars
    maven: Path | None
    environ: Mapping[str, str]

    def prepare(self, home: Home, say: Callable[[str], None]) -> str:
        if self.maven is not None:
            self.jars.fetch(self.maven, self.environ, say)
        if home.password is not None:
            return home.password
        password = home.new_password()
        home.configure({})
        java, *classes = self._java
        tool = ["org.neo4j.cli.AdminTool", "dbms", "set-initial-password", f"@{home.proposed}"]
        done = subprocess.run(
            [java, *QUICK, *classes, *tool],
            env=self._environ(home),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise StoreUnavailable(f"Neo4j did not take its first password:\n{done.stdout}{done.stderr}")
        home.keep_password()
        return password

    def command(self, home: Home, settings: ServerSettings, password: str) -> Command:
        listens = {
            "server.default_listen_address": HOST,
            "server.bolt.listen_address": f"{HOST}:{settings.port}",
            "server.http.listen_address": f"{HOST}:{settings.browser_port or 0}",
        }
        home.configure(listens | settings.configuration())
        quick = QUICK if settings.quick_start else ()
        memory = [f"-Xms{settings.heap}", f"-Xmx{settings.heap}", "-XX:+DisableExplicitGC", "-Dlog4j2.disable.jmx=true"]
        opened = [f"--add-opens=java.base/{package}=ALL-UNNAMED" for package in _OPENED]
        start = [self.release.main_class, f"--home-dir={home.path}", f"--config-dir={home.conf}"]
        java, *classes = self._java
        return Command([java, *quick, *memory, *opened, *self.release.flags, *classes, *start], self._environ(home))

    def kill(self, process: subprocess.Popen[bytes], settings: ServerSettings) -> None:
        process.kill()

    @property
    def _java(self) -> list[str]:
        return [str(self.java.path), "-cp", f"{self.jars.lib}/*"]

    def _environ(self, home: Home) -> dict[str, str]:
        return {**self.environ, "NEO4J_HOME": str(home.path), "NEO4J_CONF": str(home.conf)}


@dataclass(frozen=True)
class DockerLauncher:
    """Neo4j's own image, its data in the home on this machine, the container removed at the end."""

    release: Release
    docker: Path
    environ: Mapping[str, str]

    def prepare(self, home: Home, say: Callable[[str], None]) -> str:
        password = home.password
        if password is None:
            password = home.new_password()
            home.keep_password()
        say(f"Starting {self.release.image} in Docker, which may fetch it first …")
        return password

    def command(self, home: Home, settings: ServerSettings, password: str) -> Command:
        ports = [f"--publish={HOST}:{settings.port}:{BOLT_PORT}"]
        if settings.browser_port is not None:
            ports.append(f"--publish={HOST}:{settings.browser_port}:{HTTP_PORT}")
        configuration = {_variable(key): value for key, value in settings.configuration().items()}
        environ = {**self.environ, **configuration, "NEO4J_AUTH": f"neo4j/{password}"}
        passed = [f"--env={name}" for name in (*configuration, "NEO4J_AUTH")]  # by name: `ps` shows no password
        owner, volume = f"--user={os.getuid()}:{os.getgid()}", f"--volume={home.data}:/data"
        run = [str(self.docker), "run", "--rm", f"--name={_container(settings)}", *ports, *passed, owner, volume]
        return Command([*run, self.release.image], environ)

    def kill(self, process: subprocess.Popen[bytes], settings: ServerSettings) -> None:
        end = [str(self.docker), "kill", _container(settings)]
        subprocess.run(end, env=dict(self.environ), capture_output=True, check=False)
        process.kill()


def _container(settings: ServerSettings) -> str:
    return f"patron-neo4j-{settings.port}"


def _variable(key: str) -> str:
    """The environment variable by which the image takes a setting.

    >>> _variable("db.tx_log.rotation.size")
    'NEO4J_db_tx__log_rotation_size'
    """
    return "NEO4J_" + key.replace("_", "__").replace(".", "_")
