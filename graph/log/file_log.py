"""FileLog: an EventLog whose events lie in a log.db, with answers and refusals beside them."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from concurrent.futures import Future
from typing import NamedTuple

from graph.errors import InvalidValue
from graph.events.codec import encode
from graph.events.family import Erased, Event
from graph.log.event_log import Appended
from graph.log.log_file import LogFile

__all__ = ["Aside", "FileLog", "encoded"]

_INT64 = 2**63


class Aside(NamedTuple):
    """A row nobody waits for, written behind the events; a lost one is a pity and no more."""

    statement: str
    values: tuple[object, ...]


class FileLog(LogFile, ABC):
    """What every log of ours does with its file."""

    @property
    def caught_up(self) -> bool:
        """Whether the file holds all that the log held when it was opened."""
        return True

    def append(self, events: Sequence[Event]) -> list[Appended]:
        return self.submit(events).result()

    @abstractmethod
    def submit(self, events: Sequence[Event]) -> Future[list[Appended]]: ...

    def forget(self, erased: Erased) -> Appended:
        return self.append([erased])[0]

    @abstractmethod
    def aside(self, row: Aside) -> bool:
        """Queue a row behind the events, for the answers and refusals in the file; False where there is no room."""


def encoded(events: Sequence[Event]) -> list[bytes]:
    """The events as rows; InvalidValue where one cannot be stored: it must not reach a commit shared with others."""
    payloads = []
    for event in events:
        if not -_INT64 <= event.at < _INT64:
            raise InvalidValue("at", event.at, "microseconds since 1970 in 64 bits")
        try:
            payloads.append(encode(event))
        except (ValueError, OverflowError, TypeError) as error:
            raise InvalidValue("event", event.id, f"values that can be stored ({error})") from error
    return payloads
