"""LocalServer: a server of a data folder in a process of its own, for a tour or a notebook to ask."""

import contextlib
import socket
import subprocess
import sys
import time
from types import TracebackType
from typing import Self
from urllib.error import URLError
from urllib.request import urlopen

import click

from api.progress import stage
from api.settings import Settings
from graph import PatronError

__all__ = ["LocalServer"]

HOST = "127.0.0.1"
START_SECONDS = 30
STOP_SECONDS = 15


class LocalServer:
    """`patron serve` as a child process: without a key, on this machine only, ready once it is made.

    url: where it answers. process: the child. A context manager that stops it.
    """

    def __init__(self, settings: Settings, port: int) -> None:
        """Start one and wait until it is ready; port 0, or one in use, takes a free one. PatronError where it ends."""
        if port == 0 or not _is_free(port):
            taken, port = port, _free_port()
            if taken:
                click.echo(f"port {taken} is in use: {port} is taken instead", err=True)
        self.url = f"http://{HOST}:{port}"
        called = [sys.executable, "-m", "api", "serve", "--host", HOST, "--port", str(port)]
        # The storefront is there in development mode only, and who asks it has no key.
        environment = settings.as_environment() | {"PATRON_LOG_LEVEL": "error", "PATRON_SECRET_KEY": ""}
        self.process = subprocess.Popen(called, env=environment)
        try:
            with stage("starting the server"):
                self._wait_until_ready()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End it and wait until it has ended."""
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def _wait_until_ready(self) -> None:
        for _ in range(START_SECONDS * 20):
            if self.process.poll() is not None:
                raise PatronError(f"the server ended with exit code {self.process.returncode} before it was ready")
            with contextlib.suppress(URLError, ConnectionError), urlopen(f"{self.url}/readyz") as answer:
                if answer.status == 200:
                    return
            time.sleep(0.05)
        raise PatronError(f"the server was not ready within {START_SECONDS} seconds")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
