"""Leaves and what is said of them, folded leaf by leaf as every process does it."""

from collections.abc import Iterable
from typing import Any

from graph import CustomerId, EventId, Instant, LoggedEvent, ProductId, Profile
from graph.events.family import Aliased, CustomerEvent, Delivered, Event, Identified, Unmerged, Viewed
from graph.identity.mirroring import with_both_ends
from graph.identity.people import People
from graph.profile.fold import fold

__all__ = [
    "ANN",
    "BEN",
    "CAR",
    "PHONE",
    "TABLET",
    "Folded",
    "aliased",
    "head",
    "identified",
    "sent",
    "unmerged",
    "view",
]

ANN, BEN, CAR = CustomerId("user:ann"), CustomerId("user:ben"), CustomerId("user:car")
PHONE, TABLET = CustomerId("anon:phone"), CustomerId("anon:tablet")


class Folded:
    """The profiles of all leaves of some events, and the people they are."""

    def __init__(self, events: Iterable[Event]) -> None:
        by_leaf: dict[CustomerId, list[LoggedEvent]] = {}
        for seq, event in enumerate(with_both_ends(events), 1):
            assert isinstance(event, CustomerEvent)
            by_leaf.setdefault(event.customer, []).append(LoggedEvent(seq, event))
        self.profiles = {leaf: fold(None, leaf, logged) for leaf, logged in by_leaf.items()}
        self.people = People(self.profiles.get)

    def leaves(self, leaf: CustomerId) -> set[CustomerId]:
        return set(self.people.person(leaf).leaves)

    def view(self, *leaves: CustomerId) -> Profile:
        view = self.people.of(leaves)
        assert view is not None
        return view

    def seen(self, *leaves: CustomerId) -> list[str]:
        """The products looked at by whoever asks by these leaves."""
        return [row.product for row in self.view(*leaves).recent]


def head(at: int, customer: CustomerId, name: str = "") -> dict[str, Any]:
    """What every event has; it is known by `name`, else by its time."""
    return {
        "id": EventId(name or f"e{at}"),
        "source": "web",
        "at": Instant(at),
        "received": Instant(at),
        "customer": customer,
    }


def identified(at: int, customer: CustomerId, device: CustomerId, name: str = "") -> Identified:
    return Identified(**head(at, customer, name), anonymous=device)


def aliased(at: int, customer: CustomerId, previous: CustomerId, name: str = "") -> Aliased:
    return Aliased(**head(at, customer, name), previous=previous)


def unmerged(at: int, customer: CustomerId, previous: CustomerId, name: str = "") -> Unmerged:
    return Unmerged(**head(at, customer, name), previous=previous)


def view(at: int, customer: CustomerId, product: str) -> Viewed:
    return Viewed(**head(at, customer, f"view {customer} {at}"), product=ProductId(product))


def sent(at: int, customer: CustomerId) -> Delivered:
    return Delivered(**head(at, customer, f"sent {customer} {at}"), campaign="spring")
