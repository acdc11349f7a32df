"""Links: which customers a visitor was linked to, which the visitor's own profile does not say."""

import threading

from graph import CustomerId, Position
from graph.ids import is_anonymous
from graph.log.sqlite_log import SqliteEventLog
from graph.log.subjects import subjects_after
from graph.profile.stores.profile_store import Choices, ProfileReader

__all__ = ["Links", "visitors_of"]


def visitors_of(choices: Choices) -> tuple[CustomerId, ...]:
    """The visitors who are linked to a customer, without those taken back."""
    return tuple(leaf for leaf, link in choices.linked.items() if link.value and is_anonymous(leaf))


class Links:
    """The links of all stored profiles, looked up from the visitor's end; any thread may ask.

    All profiles are read once; then only those of customers with events since.
    """

    def __init__(self, log: SqliteEventLog) -> None:
        self._log = log
        self._visitors: dict[CustomerId, tuple[CustomerId, ...]] = {}
        self._customers: dict[CustomerId, frozenset[CustomerId]] = {}  # by visitor
        self._position: Position | None = None
        self._turn = threading.Lock()

    def follow(self, profiles: ProfileReader) -> None:
        """Come up with the profiles; StoreUnavailable where they or the log cannot be read."""
        with self._turn:
            position = profiles.position()  # first, so that what is written meanwhile is read again
            if self._position is None:
                for customer, choices in profiles.linking():
                    self._link(customer, visitors_of(choices))
            elif position != self._position:
                for customer in subjects_after(self._log, self._position):
                    found = profiles.choices(customer)
                    self._link(customer, () if found is None else visitors_of(found))
            self._position = position

    def customers_of(self, visitor: CustomerId) -> frozenset[CustomerId]:
        """Whom a visitor is linked to, as of the last `follow`."""
        return self._customers.get(visitor, frozenset())

    def _link(self, customer: CustomerId, visitors: tuple[CustomerId, ...]) -> None:
        before = self._visitors.pop(customer, ())
        for visitor in set(before).difference(visitors):
            left = self._customers.pop(visitor) - {customer}
            if left:
                self._customers[visitor] = left
        for visitor in visitors:
            self._customers[visitor] = self._customers.get(visitor, frozenset()) | {customer}
        if visitors:
            self._visitors[customer] = visitors
