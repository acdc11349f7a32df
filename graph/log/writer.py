"""LogWriter: the one thread that writes log.db, many callers' events to a commit."""

import logging
import threading
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future

from graph.errors import LogUnavailable
from graph.events.family import Event
from graph.log.commits import Call, Commits
from graph.log.event_log import Appended
from graph.log.file_log import Aside, encoded

__all__ = ["ASIDE_A_GROUP", "ASIDE_LINGER", "MAX_ASIDE", "MAX_WAITING", "LogWriter"]

_logger = logging.getLogger(__name__)

MAX_GROUP = 10_000
"""Events after which a group is closed; one call is never split."""

MAX_WAITING = 100_000
"""Events waiting for the disk after which further calls are turned away."""

TRUNCATE_AGAIN = 1.0
"""Seconds until it is tried again to empty the write-ahead log of what was forgotten, after a reader was in the way."""

MAX_ASIDE = 10_000
ASIDE_A_GROUP = 500
ASIDE_LINGER = (
    0.05  # seconds rows wait for others to share their commit, so that answers alone do not keep the disk busy
)


class LogWriter:
    """Takes calls from any thread; each commit holds all that were waiting for it. `name` is the file's."""

    def __init__(self, name: str, commits: Commits) -> None:
        self._name = name
        self._commits = commits
        self._ready = threading.Condition()
        self._calls: deque[Call] = deque()
        self._asides: deque[Aside] = deque()
        self._num_waiting = 0
        self._asleep = False  # until it is told of something: it does not look for rows aside by itself
        self._closed = False
        self._thread = threading.Thread(target=self._run, name=f"log writer {name}", daemon=True)
        self._thread.start()

    def submit(self, events: Sequence[Event]) -> Future[list[Appended]]:
        """The events' place in the log, once they are durable and `on_commit` has seen them."""
        call = Call(tuple(events), encoded(events))
        with self._ready:
            if self._closed:
                raise LogUnavailable(f"{self._name} is closed")
            if self._num_waiting and self._num_waiting + len(events) > MAX_WAITING:
                raise LogUnavailable(f"{self._name}: {self._num_waiting} events are waiting for the disk already")
            self._calls.append(call)
            self._num_waiting += len(events)
            self._ready.notify()
        return call.future

    def aside(self, row: Aside) -> bool:
        """Queue a row behind the events; False, and nothing kept, where the queue is full or closed."""
        with self._ready:
            if self._closed or len(self._asides) >= MAX_ASIDE:
                return False
            self._asides.append(row)
            if self._asleep:
                self._asleep = False
                self._ready.notify()
        return True

    def close(self) -> None:
        """Write what is queued, then end."""
        with self._ready:
            self._closed = True
            self._ready.notify()
        self._thread.join()

    def _run(self) -> None:
        while True:
            calls, asides = self._next_group()
            if not calls and not asides:
                if self._closed:
                    break
                self._commits.truncate()
                continue
            self._commit([call for call in calls if call.future.set_running_or_notify_cancel()], asides)
        self._commits.disconnect()

    def _next_group(self) -> tuple[list[Call], list[Aside]]:
        """What shares the next commit; nothing at all when the writer is closed and done, or has the file to empty."""
        with self._ready:
            self._linger()
            if not (self._calls or self._asides or self._closed):
                self._asleep = True
                patience = TRUNCATE_AGAIN if self._commits.truncate_due else None
                self._ready.wait_for(lambda: self._calls or self._asides or self._closed, patience)
                self._asleep = False
                self._linger()
            calls: list[Call] = []
            num_events = 0
            while self._calls and (not calls or num_events + len(self._calls[0].events) <= MAX_GROUP):
                calls.append(self._calls.popleft())
                num_events += len(calls[-1].events)
            self._num_waiting -= num_events
            asides = [self._asides.popleft() for _ in range(min(ASIDE_A_GROUP, len(self._asides)))]
        return calls, asides

    def _linger(self) -> None:
        """Wait for a call. Rows aside that come meanwhile need not wake this thread, in the midst of an answer."""
        if not self._calls:
            self._ready.wait_for(lambda: self._calls or self._closed, ASIDE_LINGER)

    def _commit(self, calls: list[Call], asides: list[Aside]) -> None:
        try:
            self._commits.write(calls, asides)
        except Exception as unavailable:
            _logger.error("%s: %d calls refused, %d rows beside them lost", unavailable, len(calls), len(asides))
            for call in calls:
                call.future.set_exception(unavailable)
