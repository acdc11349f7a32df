"""DataFolder: where everything of one Patron lies, and the lock that says whose it is."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from graph.errors import DataFolderLocked

__all__ = ["DataFolder"]


class DataFolder:
    """The names inside a data folder; the folder is created where it is missing."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.log = path / "log.db"
        self.graph = path / "graph.db"
        self.profiles = path / "profiles.db"
        self.embeddings = path / "embeddings"
        self.packs = path / "packs"
        self.analysis = path / "analysis"
        self.graph_state = path / "graph-state.json"
        self.lock = path / "lock"
        self.embeddings.mkdir(parents=True, exist_ok=True)

    @contextmanager
    def exclusive(self) -> Iterator["DataFolder"]:
        """Own the folder until the block ends; DataFolderLocked, naming the process, where another does.

        The lock is the system's: it ends with the process, however that dies. The file itself stays.
        """
        with self.lock.open("a+", encoding="ascii") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                lock.seek(0)
                holder = lock.read().strip() or "unknown"
                raise DataFolderLocked(
                    f"data folder {str(self.path)!r} is in use by process {holder}: stop it, or name another folder"
                ) from None
            lock.truncate(0)
            lock.write(str(os.getpid()))
            lock.flush()
            try:
                yield self
            finally:
                lock.truncate(0)
