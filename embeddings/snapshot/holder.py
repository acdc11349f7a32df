"""SnapshotHolder: the one reference to the snapshot that serves, and its replacement by a newer one."""

import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from embeddings.artifacts import open_snapshot
from embeddings.errors import SnapshotBroken
from embeddings.index import use_one_thread
from embeddings.snapshot.serving_snapshot import ServingSnapshot
from embeddings.versions import Versions
from graph import NotFound

__all__ = ["SnapshotHolder"]

SWITCH_SECONDS = 5e-4
"""How long a thread may keep the interpreter while another waits, as long as a version is opened beside requests.

By default that is 5 ms, and a request waits for it again after every array operation that lets go of the interpreter.
"""

_log = logging.getLogger("patron.embeddings")


class SnapshotHolder:
    """What serves now. Take `current` once a request and use nothing else: then no answer mixes two versions.

    Opens the current version of the registry at once where there is a sound one. One thread at a time may `refresh`.
    """

    def __init__(self, registry: Versions) -> None:
        self.registry = registry
        self._current: ServingSnapshot | None = None
        self._refused = ""
        self._said = ""
        self.refresh()

    @property
    def current(self) -> ServingSnapshot:
        """The snapshot that serves; NotFound while nothing sound has been published."""
        snapshot = self._current
        if snapshot is None:
            raise NotFound("published embeddings version in", str(self.registry.folder))
        return snapshot

    @property
    def version(self) -> str | None:
        """The version that serves; None while there is none."""
        return self._current.version if self._current else None

    def refresh(self, prepare: Callable[[ServingSnapshot], None] = lambda fresh: None) -> bool:
        """Serve the version the registry points to; whether that changed anything.

        prepare: called with it before it serves, for what the first answer would else have to wait for.
        A broken one is refused and said so in the log, once; what served before goes on serving.
        """
        use_one_thread()
        version: str | None = None
        try:
            version = self.registry.current()
            if version is None or version in (self.version, self._refused):
                return False
            with _switching():
                fresh = open_snapshot(self.registry.path(version), before=self._current)
        except (SnapshotBroken, NotFound) as error:
            self._refused = version or ""
            self._say(f"embeddings refused, {self.version or 'none'} goes on serving: {error}")
            return False
        except OSError as error:  # too many open files, a disk that is away: another time it may work
            self._say(f"embeddings {version} cannot be opened now: {error}")
            return False
        with _switching():
            prepare(fresh)
        _log.info("embeddings %s serve now, before them %s", version, self.version or "none")
        self._current, self._refused, self._said = fresh, "", ""
        return True

    def _say(self, what: str) -> None:
        if what != self._said:
            _log.error("%s", what)
        self._said = what


@contextmanager
def _switching() -> Iterator[None]:
    """Threads take turns sooner until the block ends."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(min(usual, SWITCH_SECONDS))
    try:
        yield
    finally:
        sys.setswitchinterval(usual)
