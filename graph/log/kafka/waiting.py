"""Waiting: the calls of this server whose records are on their way through the topic."""

import threading
from collections.abc import Iterable
from concurrent.futures import Future
from dataclasses import dataclass, field

from graph.log.event_log import Appended
from graph.log.kafka.records import Call

__all__ = ["Waiting"]


@dataclass(eq=False)
class _Open:
    """A call: what was answered so far, and how many of its records the brokers or our file do not have yet."""

    answers: list[Appended | None]
    undelivered: int
    uncommitted: int
    unanswered: int
    ends: float
    future: Future[list[Appended]] = field(default_factory=Future)


class Waiting:
    """For any thread. A call is answered once the brokers have acknowledged each of its records and this server has
    read each of them back, in whichever order these come."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: dict[int, _Open] = {}
        self._last = 0
        self._events = 0

    @property
    def events(self) -> int:
        """How many events wait."""
        return self._events

    def opened(self, events: int, ends: float) -> tuple[int, Future[list[Appended]]]:
        """A new call of so many events that may take until `ends`: its number and its answer."""
        call = _Open([None] * events, events, events, events, ends)
        call.future.set_running_or_notify_cancel()
        with self._lock:
            self._last += 1
            self._open[self._last] = call
            self._events += events
            return self._last, call.future

    def delivered(self, number: int) -> None:
        """The brokers have acknowledged one record of a call."""
        with self._lock:
            call = self._open.get(number)
            if call is not None:
                call.undelivered -= 1
        self._settle((number,))

    def committed(self, calls: Iterable[Call]) -> None:
        """These records are in our file."""
        with self._lock:
            for call in calls:
                found = self._open.get(call.number)
                if found is not None:
                    found.uncommitted -= 1

    def answered(self, answers: Iterable[tuple[Call, Appended]]) -> None:
        """What became of these records, told to whoever listens already."""
        numbers: dict[int, None] = {}
        with self._lock:
            for call, answer in answers:
                numbers[call.number] = None
                found = self._open.get(call.number)
                if found is not None and call.place < len(found.answers):
                    found.answers[call.place] = answer
                    found.unanswered -= 1
        self._settle(numbers)

    def fail(self, number: int, error: Exception) -> None:
        """A call cannot be answered."""
        call = self._removed(number)
        if call is not None:
            call.future.set_exception(error)

    def overdue(self, now: float) -> list[int]:
        """The calls that have waited too long."""
        with self._lock:
            return [number for number, call in self._open.items() if call.ends < now]

    def idle(self) -> bool:
        """Whether every record is acknowledged and in our file."""
        with self._lock:
            return not any(call.undelivered or call.uncommitted for call in self._open.values())

    def numbers(self) -> list[int]:
        with self._lock:
            return list(self._open)

    def _settle(self, numbers: Iterable[int]) -> None:
        for number in numbers:
            with self._lock:
                call = self._open.get(number)
                done = call is not None and not call.undelivered and not call.unanswered
            if done and (call := self._removed(number)) is not None:
                call.future.set_result([answer for answer in call.answers if answer is not None])

    def _removed(self, number: int) -> _Open | None:
        with self._lock:
            call = self._open.pop(number, None)
            if call is not None:
                self._events -= len(call.answers)
            return call
