"""WriteBehind: brings the graph up with the log in a thread of its own, however slow or far away its store is."""

import logging
import random
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

from graph import (
    START,
    CustomerGraph,
    GraphWriter,
    LoggedEvent,
    LogUnavailable,
    PatronError,
    Position,
    StoreUnavailable,
)
from graph.log.log_file import LogFile
from graph.projection.catch_up import catch_up
from graph.projection.graph_projection import GRAPH_BATCH, GraphProjection

__all__ = ["WriteBehind"]

LONGEST_WAIT_SECONDS = 10.0
STOP_SECONDS = 5.0
_log = logging.getLogger("patron.worker")


class WriteBehind:
    """The graph's own reader of the log. Its checkpoint is the graph's position, written with every batch.

    While the store is away it says so once, tries again ever later, at random distances of up to 10 s, and goes on from
    where the graph stands.
    reached: the last position the graph is known to include. reachable: whether its store answered when last asked.
    caught_up: set once the graph was at the end of the log.
    """

    def __init__(
        self,
        log: Path,
        opened: Callable[[], CustomerGraph],
        *,
        poll_seconds: float,
        rng: random.Random,
        reached: Position = START,
    ) -> None:
        self.reached = reached
        self.reachable = True
        self.caught_up = threading.Event()
        self._log, self._opened = log, opened
        self._poll, self._rng = poll_seconds, rng
        self._wait = poll_seconds
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._go_on, daemon=True, name="write-behind")
        self._troubles: dict[str, float] = {}  # what was said of the outage that lasts, and when

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """End after the batch under way. One that takes over 5 s ends with the process, and leaves nothing behind."""
        self._stopping.set()
        self._thread.join(STOP_SECONDS)

    def _go_on(self) -> None:
        while not self._stopping.is_set():
            try:
                with closing(LogFile(self._log)) as log, closing(self._opened()) as graph:
                    while not self._stopping.is_set():
                        self._keep_up(log, graph)
                        self._stopping.wait(self._poll)
            except _Stopping:
                return
            except Exception as error:
                self._tell(error)
            self._stopping.wait(self._rng.uniform(self._wait / 2, self._wait))
            self._wait = min(2 * self._wait, LONGEST_WAIT_SECONDS)

    def _keep_up(self, log: LogFile, graph: GraphWriter) -> None:
        self.reached = graph.position()
        self.reached = catch_up(log, _Watched(graph, self._applied), batch=GRAPH_BATCH)
        self._works()
        self.caught_up.set()

    def _applied(self, position: Position) -> None:
        self.reached = position
        self._works()
        if self._stopping.is_set():
            raise _Stopping

    def _works(self) -> None:
        self.reachable = True
        self._wait = self._poll
        if self._troubles:
            away = time.monotonic() - min(self._troubles.values())
            _log.warning("the graph takes events again, after %.0f s", away)
            self._troubles.clear()

    def _tell(self, error: Exception) -> None:
        """Say what is wrong, once in an outage."""
        if isinstance(error, StoreUnavailable) and not isinstance(error, LogUnavailable):
            self.reachable = False
        said = f"{type(error).__name__}: {error}"
        if said in self._troubles:
            return
        self._troubles[said] = time.monotonic()
        if isinstance(error, PatronError):
            _log.warning("the graph stays behind the log, will try again: %s", error)
        else:
            _log.error("the graph stays behind the log, will try again", exc_info=error)


class _Stopping(Exception):
    """The thread is to end, between two batches."""


class _Watched(GraphProjection):
    """A graph as a Projection that tells of every position it reaches."""

    def __init__(self, graph: GraphWriter, reached: Callable[[Position], None]) -> None:
        super().__init__(graph)
        self._reached = reached

    def apply(self, logged: Sequence[LoggedEvent], position: Position) -> None:
        super().apply(logged, position)
        self._reached(position)
