"""Links: which leaves are linked with each other, by all stored profiles."""

import threading
from collections.abc import Mapping

from graph import CustomerId, Position
from graph.identity.person import deciding
from graph.log.log_file import LogFile
from graph.log.subjects import subjects_after
from graph.profile.profile import Dated
from graph.profile.store import Choices, SqliteProfiles

__all__ = ["Links"]


class Links:
    """The links of all stored profiles; any thread may ask.

    All profiles are read once; then only those of customers with events since.
    """

    def __init__(self, log: LogFile) -> None:
        self._log = log
        self._linked: dict[CustomerId, Mapping[CustomerId, Dated]] = {}
        self._position: Position | None = None
        self._turn = threading.Lock()

    def follow(self, profiles: SqliteProfiles) -> None:
        """Come up with the profiles; StoreUnavailable where they or the log cannot be read."""
        with self._turn:
            position = profiles.position()  # first, so that what is written meanwhile is read again
            if self._position is None:
                for customer, choices in profiles.linking():
                    self._take(customer, choices)
            elif position != self._position:
                for customer in subjects_after(self._log, self._position):
                    self._take(customer, profiles.choices(customer))
            self._position = position

    def deciding(self, customer: CustomerId) -> frozenset[CustomerId]:
        """The leaves of which a refusal counts for this one, as of the last `follow`."""
        return deciding(customer, self._linked.get) if customer in self._linked else frozenset((customer,))

    def _take(self, customer: CustomerId, choices: Choices | None) -> None:
        if choices is None or not choices.linked:
            self._linked.pop(customer, None)
        else:
            self._linked[customer] = choices.linked
