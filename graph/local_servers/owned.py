"""owned: a server's home folder belongs to one server at a time."""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from graph.errors import StoreUnavailable

__all__ = ["last_words", "owned"]

LOCK_SECONDS = 40
SHOWN_LINES = 25
SHOWN_WIDTH = 300


@contextmanager
def owned(home: Path, server: str) -> Iterator[int]:
    """Own `home` while the block runs, and after it for as long as a child holds the descriptor this yields.

    A server that is still stopping is waited for; StoreUnavailable where one goes on running.
    """
    with (home / "lock").open("w") as lock:
        deadline = time.monotonic() + LOCK_SECONDS
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise StoreUnavailable(
                        f"a {server} runs in {home} already: stop it, or name another home"
                    ) from None
                time.sleep(0.1)
        yield lock.fileno()


def last_words(*logs: Path) -> str:
    """The end of what a server printed and logged, of those files that exist."""
    lines = [
        line for log in logs if log.exists() for line in log.read_text(errors="replace").splitlines()[-SHOWN_LINES:]
    ]
    return "\n".join(line[:SHOWN_WIDTH] for line in lines)
