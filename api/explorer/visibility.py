"""Visibility: which customers an analyst may be shown one by one."""

from collections.abc import Collection

from api.explorer.links import Links, visitors_of
from graph import CustomerId, Position
from graph.log.sqlite_log import SqliteEventLog
from graph.log.subjects import erased_after
from graph.profile.stores.profile_store import ProfileReader

__all__ = ["Visibility"]

PURPOSE = "analytics"
MOST_HELD = 200_000


class Visibility:
    """Who refuses analytics, by the stored profiles, and who was erased, by the log; for one thread.

    A refusal of a visitor linked to a customer is one of the customer, as everywhere, and one of the customer is one of
    every visitor linked to them. Raises StoreUnavailable where it cannot be looked up: then nobody is shown.
    """

    def __init__(self, profiles: ProfileReader, log: SqliteEventLog, links: Links) -> None:
        self._profiles, self._log, self._links = profiles, log, links
        self._held: dict[CustomerId, tuple[int, bool, tuple[CustomerId, ...]]] = {}  # seq, refuses, visitors linked
        self._erased: tuple[tuple[Position, Position], frozenset[CustomerId]] | None = None

    def position(self) -> Position:
        """Where in the log the profiles stand: whoever refused or not at one position still does."""
        return self._profiles.position()

    def erased(self, graph: Position) -> frozenset[CustomerId]:
        """Who was erased after `graph`, the position of a graph that holds them still.

        With their profile their refusal is gone too.
        """
        end = self._log.end()
        if end == graph:
            return frozenset()
        if self._erased is None or self._erased[0] != (graph, end):
            self._erased = (graph, end), erased_after(self._log, graph)
        return self._erased[1]

    def hidden(self, customers: Collection[CustomerId], graph: Position) -> frozenset[CustomerId]:
        """Those of `customers` who may not be shown out of a graph that was at `graph` or later when it was read."""
        if len(self._held) > MOST_HELD:
            self._held.clear()
        self._links.follow(self._profiles)
        owners = {customer: self._links.customers_of(customer) | {customer} for customer in customers}
        people = frozenset[CustomerId]().union(*owners.values())
        self._look_up(people)
        visitors = {person: self._held[person][2] for person in people if person in self._held}
        self._look_up({visitor for linked in visitors.values() for visitor in linked})
        refusing = {
            person
            for person, linked in visitors.items()
            if self._refuses(person) or any(self._refuses(visitor) for visitor in linked)
        }
        erased = self.erased(graph)
        return frozenset(
            customer for customer, of in owners.items() if customer in erased or not refusing.isdisjoint(of)
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
                self._held[customer] = choices.seq, choice is not None and not choice.value, visitors_of(choices)
        for customer in customers:
            if customer not in seqs:
                self._held.pop(customer, None)

    def _refuses(self, customer: CustomerId) -> bool:
        held = self._held.get(customer)
        return held is not None and held[1]
