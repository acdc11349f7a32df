"""Collecting: Python's garbage collection in a process that must answer within milliseconds."""

import gc
import time
from collections.abc import Callable

__all__ = ["Collecting"]

YOUNG = 2_000
"""Objects made until the youngest are looked at, which takes some 50 µs."""

NEVER = 2**30

MINUTE, HOUR = 60.0, 3600.0
PATIENCE = 10.0
"""How many times as late a collection may be where no moment is quiet."""


class Collecting:
    """The youngest objects are collected as they come, the others only between requests.

    Profiles in memory make a look at all objects a pause of 10 to 100 ms, and Python takes one every few hundred
    profiles: most of what was slow of one answer in a hundred. What serving makes goes when nothing refers to it any
    more, so that next to nothing waits for a collection: the middle-aged have one a minute, the old one an hour, in a
    moment without requests where there is one.
    """

    def __init__(self, answered: Callable[[], int], clock: Callable[[], float] = time.monotonic) -> None:
        """answered: how many requests have been answered so far. clock: seconds, only ever forward."""
        self._answered, self._clock = answered, clock
        self._seen = -1
        self._last = {1: clock(), 2: clock()}

    def begin(self) -> None:
        """From now on; what has been opened stays, and is never looked at again."""
        gc.freeze()
        gc.set_threshold(YOUNG, NEVER, NEVER)
        gc.enable()

    def look(self) -> None:
        """Collect what is due, where no request was answered since the last look or it has waited for long."""
        now, answered = self._clock(), self._answered()
        quiet, self._seen = answered == self._seen, answered
        for generation, every in ((2, HOUR), (1, MINUTE)):
            waited = now - self._last[generation]
            if waited >= (every if quiet else PATIENCE * every):
                gc.collect(generation)
                self._last |= dict.fromkeys(range(1, generation + 1), now)
                return
