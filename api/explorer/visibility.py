"""Visibility: which customers an analyst may be shown one by one."""

from collections.abc import Collection

from api.explorer.links import Links
from graph import CustomerId, Position
from graph.identity.consent import ConsentDefaults, Purpose
from graph.log.log_file import LogFile
from graph.log.subjects import erased_after
from graph.profile.store import SqliteProfiles

__all__ = ["Visibility"]

MOST_HELD = 200_000


class Visibility:
    """Who refuses analytics, by the stored profiles, and who was erased, by the log; for one thread.

    A refusal of one leaf is one of all who are linked with it, as everywhere. Raises StoreUnavailable where it cannot
    be looked up: then nobody is shown.
    """

    def __init__(self, profiles: SqliteProfiles, log: LogFile, links: Links, defaults: ConsentDefaults) -> None:
        self._profiles, self._log, self._links, self._defaults = profiles, log, links, defaults
        self._held: dict[CustomerId, tuple[int, bool | None]] = {}  # seq, the choice made
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
        deciding = {customer: self._links.deciding(customer) for customer in customers}
        self._look_up(frozenset[CustomerId]().union(*deciding.values()))
        erased = self.erased(graph)
        return frozenset(
            customer for customer, leaves in deciding.items() if customer in erased or not self._permit(leaves)
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
                choice = choices.consents.get(Purpose.ANALYTICS)
                self._held[customer] = choices.seq, None if choice is None else bool(choice.value)
        for customer in customers:
            if customer not in seqs:
                self._held.pop(customer, None)

    def _permit(self, leaves: Collection[CustomerId]) -> bool:
        choices = (self._held[leaf][1] for leaf in leaves if leaf in self._held)
        return self._defaults.permit_all(choices, Purpose.ANALYTICS)
