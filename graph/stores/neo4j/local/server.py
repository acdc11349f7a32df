"""LocalNeo4j: a server of one's own, started, stopped and killed by us."""

import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from urllib.parse import quote

from neo4j import GraphDatabase
from neo4j.exceptions import AuthError, DriverError, Neo4jError

from graph.errors import StoreUnavailable
from graph.local_servers.tied import start_tied
from graph.stores.neo4j.local.home import Home
from graph.stores.neo4j.local.launchers import Launcher
from graph.stores.neo4j.local.settings import HOST, ServerSettings

__all__ = ["LocalNeo4j"]

READY_SECONDS = 120
STOP_SECONDS = 30


class LocalNeo4j:
    """A Neo4j in `home`, which keeps data and password between starts, or in a temporary one, which does not.

    As a context manager it runs, ready for queries, until the block ends. It ends, too, when the thread that started it
    does, so start it from the main one.
    """

    def __init__(
        self, launcher: Launcher, home: Path | None, settings: ServerSettings, say: Callable[[str], None]
    ) -> None:
        self._launcher = launcher
        self._given_home = home
        self._settings = settings
        self._say = say
        self._home: Home | None = None
        self._password = ""
        self._process: subprocess.Popen[bytes] | None = None
        self._left = ExitStack()

    @property
    def url(self) -> str:
        """``neo4j://neo4j:<password>@127.0.0.1:<port>/neo4j``, the same for every start of this object."""
        return f"neo4j://neo4j:{quote(self._password, safe='')}@{HOST}:{self._settings.port}/neo4j"

    @property
    def password(self) -> str:
        """That of the user ``neo4j``; known once started."""
        return self._password

    @property
    def browser_url(self) -> str | None:
        """Where Neo4j Browser is served, if it is."""
        port = self._settings.browser_port
        return None if port is None else f"http://{HOST}:{port}/browser/"

    @property
    def home(self) -> Path:
        """The folder of data, logs and configuration; StoreUnavailable before the first start."""
        return self._opened_home().path

    @property
    def pid(self) -> int:
        """The process that runs; StoreUnavailable where none does."""
        return self._running().pid

    def start(self) -> None:
        """Start, and return when queries are answered.

        StoreUnavailable, with the end of the server's log, where it ends instead or is not ready after 120 s.
        """
        if self._home is None:
            self._home = Home(self._given_home or self._temporary_home())
        home = self._home
        with home.exclusive() as lock:
            self._password = self._launcher.prepare(home, self._say)
            self._settings = _with_free_ports(self._settings)
            command = self._launcher.command(home, self._settings, self._password)
            with home.console.open("wb") as console:
                self._process = start_tied(command.words, environ=command.environ, output=console, held=[lock])
        try:
            self._await_ready()
        except BaseException:
            self.kill()
            raise

    def stop(self) -> None:
        """End cleanly, or after 30 s by force; nothing where it does not run."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._launcher.kill(self._process, self._settings)
            self._process.wait()
        self._process = None

    def kill(self) -> None:
        """End at once, as a crash would; nothing where it does not run."""
        if self._process is not None:
            self._launcher.kill(self._process, self._settings)
            self._process.wait()
            self._process = None

    def wait(self) -> int:
        """Wait until the server ends by itself; its exit code."""
        return self._running().wait()

    def __enter__(self) -> "LocalNeo4j":
        try:
            self.start()
        except BaseException:
            self._left.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._left:
            self.stop()

    def _temporary_home(self) -> Path:
        return Path(self._left.enter_context(tempfile.TemporaryDirectory(prefix="patron-neo4j-")))

    def _opened_home(self) -> Home:
        if self._home is None:
            raise StoreUnavailable("this Neo4j was not started yet")
        return self._home

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            raise StoreUnavailable("this Neo4j does not run")
        return self._process

    def _await_ready(self) -> None:
        deadline = time.monotonic() + READY_SECONDS
        address = f"bolt://{HOST}:{self._settings.port}"
        with GraphDatabase.driver(address, auth=("neo4j", self._password), connection_timeout=2) as driver:
            while True:
                if (code := self._running().poll()) is not None:
                    raise StoreUnavailable(f"Neo4j ended with exit code {code}: {self._last_words()}")
                try:
                    with driver.session() as session:
                        session.run("RETURN 1").consume()
                    return
                except AuthError as error:
                    raise StoreUnavailable(f"Neo4j in {self.home} refuses the password kept there: {error}") from error
                except (DriverError, Neo4jError) as error:
                    if time.monotonic() > deadline:
                        raise StoreUnavailable(
                            f"Neo4j was not ready after {READY_SECONDS} s ({error}): {self._last_words()}"
                        ) from error
                time.sleep(0.1)

    def _last_words(self) -> str:
        return f"the end of what it said:\n{self._opened_home().last_words()}"


def _with_free_ports(settings: ServerSettings) -> ServerSettings:
    """Those settings with a free port wherever they leave the choice."""
    browser = settings.browser_port
    return replace(settings, port=settings.port or _free_port(), browser_port=_free_port() if browser == 0 else browser)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
