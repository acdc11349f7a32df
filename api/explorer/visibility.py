"""Visibility: which customers an analyst may be shown one by one."""

from collections.abc import Collection

from graph import CustomerId, Position
from graph.ids import is_anonymous
from graph.profile.store import SqliteProfiles

__all__ = ["Visibility"]

PURPOSE = "analytics"
MOST_HELD = 200_000


class Visibility:
    """Who refuses analytics, by the stored profiles; for one thread.

    A refusal of a visitor linked to a customer is one of the customer, as everywhere. Raises StoreUnavailable where it
    cannot be looked up: then nobody is shown.
    """

    def __init__(self, profiles: SqliteProfiles) -> None:
        self._profiles = profiles
        self._held: dict[CustomerId, tuple[int, bool, tuple[CustomerId, ...]]] = {}  # seq, refuses, visitors linked

    def position(self) -> Position:
        """Where in the log the profiles stand: whoever was hidden or not at one position still is."""
        return self._profiles.position()

    def hidden(self, customers: Collection[CustomerId]) -> frozenset[CustomerId]:
        """Those of `customers` who may not be shown."""
        if len(self._held) > MOST_HELD:
            self._held.clear()
        self._look_up(customers)
        visitors = {customer: self._held[customer][2] for customer in customers if customer in self._held}
        self._look_up({visitor for linked in visitors.values() for visitor in linked})
        return frozenset(
            customer
            for customer, linked in visitors.items()
            if self._refuses(customer) or any(self._refuses(visitor) for visitor in linked)
        )

    def _look_up(self, customers: Collection[CustomerId]) -> None:
        """Read the choices of those whose profiles changed since they were read."""
        seqs = self._profiles.seqs(customers)
        for customer, seq in seqs.items():
            held = self._held.get(customer)
            if held is not None and held[0] == seq:
                continue
            choices = self._profiles.choices(customer)
            if choices is not None:
                choice = choices.consents.get(PURPOSE)
                linked = tuple(leaf for leaf, link in choices.linked.items() if link.value and is_anonymous(leaf))
                self._held[customer] = choices.seq, choice is not None and not choice.value, linked
        for customer in customers:
            if customer not in seqs:
                self._held.pop(customer, None)

    def _refuses(self, customer: CustomerId) -> bool:
        held = self._held.get(customer)
        return held is not None and held[1]
