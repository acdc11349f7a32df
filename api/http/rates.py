"""Rates: how many events each key may send, as a token bucket that may run into debt."""

import math
import time
from collections.abc import Callable

from starlette.requests import Request

from api.http.bodies import read_body
from api.http.problems import TooMany

__all__ = ["BURST_SECONDS", "Rates", "admitted_body"]

BURST_SECONDS = 10
"""How many seconds' worth a key that was silent may send at once."""


class Rates:
    """A body is let in while its key has anything left, and pays for all it holds: none is taken in part. One event is
    paid at the door, whatever becomes of the body.

    per_second: events; 0 is no limit. clock: seconds, only ever forward.
    """

    def __init__(self, per_second: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_second = per_second
        self._clock = clock
        self._left: dict[str, tuple[float, float]] = {}  # by key: (events left, when that was so)

    def admit(self, key: str) -> None:
        """Take one event; TooMany, with the seconds until there is something left, where a key is in debt."""
        if not self._per_second:
            return
        if (left := self._now_left(key)) < 1:
            raise TooMany(self._per_second, math.ceil((1 - left) / self._per_second))
        self._left[key] = (left - 1, self._clock())

    def charge(self, key: str, messages: int) -> None:
        """Take what an admitted body held, refused messages too, beyond the one that was paid."""
        if self._per_second and messages > 1:
            self._left[key] = (self._now_left(key) - (messages - 1), self._clock())

    def _now_left(self, key: str) -> float:
        most = float(BURST_SECONDS * self._per_second)
        left, since = self._left.get(key, (most, self._clock()))
        return min(most, left + (self._clock() - since) * self._per_second)


async def admitted_body(request: Request) -> bytes:
    """The body of a call that brings events, from a caller with a key; TooMany where that is in debt."""
    state = request.app.state
    state.rates.admit(state.keys.name_of(request))
    return await read_body(request, state.engine.settings.max_body_bytes)
