"""A real Valkey of the test's own, which a test may pause, and rob of what it was told last."""

import signal
from pathlib import Path

import pytest

from graph.errors import StoreUnavailable
from graph.local_servers.valkey import LocalValkey

__all__ = ["ValkeyServer"]


class ValkeyServer(LocalValkey):
    """Runs once made; the test is skipped where no Valkey can be started."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)  # a socket's path has to be short
        try:
            self.start()
        except StoreUnavailable as missing:
            pytest.skip(f"NOTHING OF PATRON ON VALKEY WAS TESTED: {missing}")

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
        """End cleanly, also while it is paused."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
        super().stop()
