"""A server with its worker that is killed, both at once, and started again on the same folder and port."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Protocol

import psutil

from api.settings import system_environment
from benchmarks.load.served import free_port, wait_until

__all__ = ["MortalServer", "Victim"]

STOP_SECONDS = 30


class Victim(Protocol):
    """What is killed: the server itself, or one of those it stands on."""

    def kill(self) -> None:
        """End at once, as a crash would."""

    def start(self) -> None:
        """Start again where it was killed, and return when it can be used."""


class MortalServer:
    """`patron serve` on `data`, from the block's start to its end; a setting is a keyword. What it says goes to a file
    beside the folder."""

    def __init__(self, data: Path, path: str = "/readyz", **settings: str) -> None:
        """path: of what answers 200 once the server can be used."""
        self._path = path
        self.port = free_port()
        self.said = data.with_name(f"{data.name}.log")
        given = {"DATA": str(data), "PORT": str(self.port)} | {name.upper(): value for name, value in settings.items()}
        self._environ = system_environment() | {f"PATRON_{name}": value for name, value in given.items()}
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start, and return when it is ready; RuntimeError where it ends instead or takes over a minute."""
        with self.said.open("ab") as said:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "api", "serve"], env=self._environ, stdout=said, stderr=said
            )
        wait_until(f"http://127.0.0.1:{self.port}{self._path}", self._process)

    def kill(self) -> None:
        """End the server at once, and its worker with it."""
        if self._process is None:
            return
        children = psutil.Process(self._process.pid).children()
        self._process.kill()
        for child in children:
            child.kill()
        self._process.wait()
        psutil.wait_procs(children, timeout=STOP_SECONDS)
        self._process = None

    def stop(self) -> None:
        """End as SIGTERM asks it to."""
        if self._process is not None:
            os.kill(self._process.pid, signal.SIGTERM)
            self._process.wait(STOP_SECONDS)
            self._process = None

    def __enter__(self) -> "MortalServer":
        try:
            self.start()
        except BaseException:
            self.kill()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()
