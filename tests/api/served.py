"""A real server process: started, asked, stopped by its pid."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil

from tests.api.in_process import UNHURRIED_MS

__all__ = ["Served", "served", "started"]

READY_SECONDS = 60
_LISTENING = re.compile(r"listening on (http://\S+)")


class Served:
    """`python -m api serve` on a data folder; its log is kept in `log`."""

    def __init__(self, data: Path, log: Path, /, **settings: str) -> None:
        self.log = log
        held = {name: value for name, value in os.environ.items() if not name.startswith("PATRON_")}
        given = {"DATA": str(data), "PORT": "0", "POLL_SECONDS": "0.05", "DEADLINE_MS": str(UNHURRIED_MS)}
        given |= {name.upper(): value for name, value in settings.items()}
        self._written = log.open("ab")
        self._seen = log.stat().st_size
        self.process = subprocess.Popen(
            [sys.executable, "-m", "api", "serve"],
            env=held | {f"PATRON_{name}": value for name, value in given.items()},
            stdout=self._written,
            stderr=self._written,
        )
        self.http = httpx.Client(timeout=30)

    def wait_until_ready(self, path: str = "/readyz") -> "Served":
        """Until `path` answers 200; AssertionError with the log where the process ends or takes too long."""
        ends = time.monotonic() + READY_SECONDS
        while time.monotonic() < ends and self.process.poll() is None:
            if found := _LISTENING.search(self.said()):
                self.http.base_url = httpx.URL(found[1])
                with contextlib.suppress(httpx.TransportError):
                    if self.http.get(path).status_code == 200:
                        return self
            time.sleep(0.01)
        raise AssertionError(f"not ready, exit code {self.process.poll()}: {self.said()}")

    def said(self) -> str:
        """What this process has logged so far."""
        return self.log.read_bytes()[self._seen :].decode()

    def child(self) -> psutil.Process:
        """The worker."""
        (worker,) = psutil.Process(self.process.pid).children()
        return worker

    def kill(self) -> None:
        self.process.kill()
        self.close()

    def stop(self) -> int:
        """SIGTERM; the exit code."""
        self.process.send_signal(signal.SIGTERM)
        self.close()
        return self.process.returncode

    def close(self) -> None:
        """Wait until the process has ended, and let go of what belongs to it."""
        self.process.wait(30)
        self.http.close()
        self._written.close()


def started(data: Path, **settings: str) -> Served:
    """A server that has only just been started."""
    return Served(data, data.parent / f"{data.name}.log", **settings)


@contextlib.contextmanager
def served(data: Path, *, path: str = "/readyz", **settings: str) -> Iterator[Served]:
    """A server that is ready, by what it answers at `path`, stopped at the end."""
    server = started(data, **settings)
    try:
        yield server.wait_until_ready(path)
    finally:
        if server.process.poll() is None:
            server.stop()
        else:
            server.close()
