"""Marking: intake writes on each event what its customer refuses, and takes in no observation that nobody may use."""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from msgspec.structs import replace

from graph.errors import StoreUnavailable
from graph.events.family import ConsentChanged, CustomerEvent, Event
from graph.identity.consent import DEFAULTS, ConsentDefaults, Purpose, is_withheld
from graph.identity.mirroring import with_both_ends
from graph.ids import CustomerId
from graph.interactions import event_key
from graph.nodes import Stamp
from graph.profile.profile import Dated

__all__ = ["NOTHING_CHOSEN", "Admitted", "Marking", "Recorded"]

Consents = Mapping[str, Dated]
Recorded = Callable[[CustomerId], Consents]
"""The choices recorded of the person a leaf is of; StoreUnavailable where they cannot be read now."""


class Admitted(NamedTuple):
    """The events to log, with those that intake adds (`Linked`); withheld: how many were not taken in."""

    events: tuple[Event, ...]
    withheld: int


class Marking:
    """What stands between a sender and the log, for every route and file."""

    def __init__(self, recorded: Recorded, defaults: ConsentDefaults = DEFAULTS) -> None:
        self._recorded, self._defaults = recorded, defaults

    def admit(self, events: Iterable[Event]) -> Admitted:
        """These events with their marks, in order; choices made in them count for those that follow.

        Where choices cannot be read the defaults count: nothing is lost that way, and of whoever refuses now nothing
        is read anyway.
        """
        chosen: dict[CustomerId, Consents] = {}
        refused: dict[CustomerId, tuple[str, ...]] = {}
        admitted: list[Event] = []
        withheld = 0
        for event in with_both_ends(events):
            if not isinstance(event, CustomerEvent):
                admitted.append(event)
                continue
            customer = event.customer
            if customer not in refused:
                refused[customer] = self._defaults.refused(self._choices(customer, chosen))
            if refused[customer]:
                event = replace(event, denied=refused[customer])
                if is_withheld(event, Purpose.ANALYTICS) and is_withheld(event, Purpose.PERSONALIZATION):
                    withheld += 1
                    continue
            if isinstance(event, ConsentChanged):
                chosen[customer] = _with(self._choices(customer, chosen), event)
                refused.pop(customer)
            admitted.append(event)
        return Admitted(tuple(admitted), withheld)

    def _choices(self, customer: CustomerId, chosen: Mapping[CustomerId, Consents]) -> Consents:
        if customer in chosen:
            return chosen[customer]
        try:
            return self._recorded(customer)
        except StoreUnavailable:
            return {}


def _with(consents: Consents, event: ConsentChanged) -> Consents:
    stamp = Stamp(event.at, event_key(event.source, event.id))
    said = {
        name: Dated(stamp, value)
        for name, value in event.consents.items()
        if name not in consents or stamp >= consents[name].stamp
    }
    return {**consents, **said}


def _nothing(customer: CustomerId) -> Consents:
    return {}


NOTHING_CHOSEN = Marking(_nothing)
"""For logs of customers of whom no choice is recorded: the shipped defaults count."""
