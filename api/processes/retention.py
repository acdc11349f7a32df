"""Retention in the worker: every few hours the log loses what is too old."""

import logging
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from graph import DAY, Instant, InvalidValue, Position
from graph.log.log_file import LogFile
from graph.log.retention import remove_old

__all__ = ["Retention"]

EVERY_SECONDS = 6 * 3600.0
_log = logging.getLogger("patron.worker")


class Retention:
    """Call it often: it works when it is time. `included` says where each store that is a fold of the log stands,
    `stores` which of them are files; 0 `days` keep everything."""

    def __init__(
        self,
        log: LogFile,
        days: int,
        included: Callable[[], Sequence[Position]],
        stores: Sequence[Path],
        *,
        now: Callable[[], Instant],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._log, self._days, self._included, self._stores = log, days, included, stores
        self._now, self._clock = now, clock
        self._due = clock()

    def __call__(self) -> None:
        if not self._days or self._clock() < self._due:
            return
        self._due = self._clock() + EVERY_SECONDS
        now = self._now()
        try:
            removed = remove_old(self._log, Instant(now - self._days * DAY), now, self._included(), self._stores)
        except InvalidValue as error:  # a store that includes nothing of this log yet, such as a copy half made
            _log.warning("nothing is removed from the log: %s", error)
            return
        if removed:
            _log.info("removed %d events older than %d days from the log", removed, self._days)
