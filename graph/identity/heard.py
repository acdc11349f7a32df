"""Heard: what one body says of links and choices before it is in the log, over what is recorded."""

from collections.abc import Callable
from typing import TypeGuard

from graph.events.family import (
    Aliased,
    ConsentChanged,
    CustomerEvent,
    Event,
    Identified,
    Linked,
    Unmerged,
    Unsubscribed,
)
from graph.ids import CustomerId
from graph.log.event_log import LoggedEvent
from graph.profile.fold import fold
from graph.profile.profile import Profile

__all__ = ["Get", "Heard", "is_heard"]

Get = Callable[[CustomerId], Profile | None]

_HEARD = frozenset((Aliased, ConsentChanged, Identified, Linked, Unmerged, Unsubscribed))


def is_heard(event: Event) -> TypeGuard[CustomerEvent]:
    """Whether an event says something of links or choices."""
    return type(event) in _HEARD


class Heard:
    """The events of one body that say something of links or choices, folded where somebody asks for their leaf."""

    def __init__(self) -> None:
        self._waiting: dict[CustomerId, list[CustomerEvent]] = {}
        self._profiles: dict[CustomerId, Profile] = {}

    def hear(self, event: CustomerEvent) -> None:
        self._waiting.setdefault(event.customer, []).append(event)

    def over(self, get: Get) -> Get:
        """The profiles `get` finds, as they will be once what was heard is in the log."""

        def profile(leaf: CustomerId) -> Profile | None:
            held = self._profiles.get(leaf)
            if leaf not in self._waiting:
                return get(leaf) if held is None else held
            began = get(leaf) if held is None else held
            after = 1 if began is None else began.seq + 1
            events = self._waiting.pop(leaf)
            logged = [LoggedEvent(after + place, event) for place, event in enumerate(events)]
            self._profiles[leaf] = found = fold(began, leaf, logged)
            return found

        return profile
