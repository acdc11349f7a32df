"""Marking: intake writes on each event what its customer refuses and the clock where they live.

It takes in no observation that nobody may use.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple, Protocol

from msgspec.structs import replace

from graph.errors import StoreUnavailable
from graph.events.family import CustomerEvent, Event
from graph.identity.consent import DEFAULTS, ConsentDefaults, Purpose, is_withheld
from graph.identity.heard import Heard, is_heard
from graph.identity.mirroring import with_both_ends
from graph.identity.people import People
from graph.ids import CustomerId
from graph.profile.features.calendar import zone_offset
from graph.profile.profile import Dated

__all__ = ["NOTHING_CHOSEN", "Admitted", "Marking", "Recorded"]


class Recorded(Protocol):
    """`People.consents`."""

    def __call__(self, leaf: CustomerId, heard: Heard | None = None, /) -> Mapping[str, Dated]:
        """The choices of the person a leaf is of, with what was `heard` since; StoreUnavailable where they cannot be
        read now."""


class Admitted(NamedTuple):
    """The events to log, with those that intake adds (`Linked`); withheld: how many were not taken in."""

    events: tuple[Event, ...]
    withheld: int


class Marking:
    """What stands between a sender and the log, for every route and file."""

    def __init__(
        self, recorded: Recorded, defaults: ConsentDefaults = DEFAULTS, zones: Callable[[CustomerId], str] | None = None
    ) -> None:
        """zones: `People.zone`; where it tells one, what was sent in UTC happened on the day it was there."""
        self._recorded, self._defaults, self._zones = recorded, defaults, zones

    def admit(self, events: Iterable[Event]) -> Admitted:
        """These events with their marks, in order; choices and links among them count for those that follow.

        Where choices cannot be read the defaults count: nothing is lost that way, and of whoever refuses now nothing
        is read anyway.
        """
        heard: Heard | None = None
        refused: dict[CustomerId, tuple[str, ...]] = {}
        zones: dict[CustomerId, str] = {}
        admitted: list[Event] = []
        withheld = 0
        for event in with_both_ends(events):
            if not isinstance(event, CustomerEvent):
                admitted.append(event)
                continue
            customer = event.customer
            if self._zones is not None and not event.utc_offset:
                if customer not in zones:
                    zones[customer] = self._zone(customer)
                if zones[customer]:
                    event = replace(event, utc_offset=zone_offset(event.at, zones[customer]) or 0)
            if customer not in refused:
                refused[customer] = self._defaults.refused(self._choices(customer, heard))
            if refused[customer]:
                event = replace(event, denied=refused[customer])
                if is_withheld(event, Purpose.ANALYTICS) and is_withheld(event, Purpose.PERSONALIZATION):
                    withheld += 1
                    continue
            if is_heard(event):
                heard = heard or Heard()
                heard.hear(event)
                refused.clear()  # whoever is one person with them, too
            admitted.append(event)
        return Admitted(tuple(admitted), withheld)

    def _zone(self, customer: CustomerId) -> str:
        try:
            return "" if self._zones is None else self._zones(customer)
        except StoreUnavailable:
            return ""

    def _choices(self, customer: CustomerId, heard: Heard | None) -> Mapping[str, Dated]:
        try:
            return self._recorded(customer, heard)
        except StoreUnavailable:
            return _NOBODY.consents(customer, heard)


def _nothing(customer: CustomerId) -> None:
    return None


_NOBODY = People(_nothing)

NOTHING_CHOSEN = Marking(_NOBODY.consents)
"""For logs of customers of whom no choice is recorded: the shipped defaults count."""
