"""LiveProfiles: the profiles a server answers from, newer than those on disk by the events since."""

import logging
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence

from graph.errors import StoreUnavailable
from graph.ids import CustomerId
from graph.log.event_log import EventLog, LoggedEvent, Position
from graph.profile.features.table import FeatureTable
from graph.profile.fold import fold
from graph.profile.profile import Profile
from graph.profile.store import SqliteProfiles

__all__ = ["LiveProfiles"]

_logger = logging.getLogger(__name__)

SETTLE_EVERY = 256
"""Applied events after which it is looked up how far the disk has come."""

REPLAY_BATCH = 5000


class LiveProfiles:
    """Profiles in memory over profiles.db, which another process moves forward along the same log.

    A profile with events the disk may lack is dirty and stays in memory until the disk has caught up with it; of those
    merely read at most `max_clean` are kept for speed. So what is not in memory is whole on disk, and since a fold
    passes over what a profile includes, no event counts twice however far either side is ahead. `table`: whose features
    are kept, the same one on both sides. For one thread.
    """

    def __init__(self, base: SqliteProfiles, max_clean: int = 10_000, table: FeatureTable | None = None) -> None:
        self._base = base
        self._table = table
        self._max_clean = max_clean
        self._clean: OrderedDict[CustomerId, Profile] = OrderedDict()  # least recently used first
        self._dirty: OrderedDict[CustomerId, Profile] = OrderedDict()  # by seq
        self._unsettled = 0

    def __len__(self) -> int:
        """How many profiles are in memory."""
        return len(self._clean) + len(self._dirty)

    def get(self, customer: CustomerId) -> Profile | None:
        """The profile with every event applied so far, None where there was none; StoreUnavailable without the disk."""
        profile = self._dirty.get(customer)
        if profile is not None:
            return profile
        profile = self._clean.get(customer)
        if profile is not None:
            self._clean.move_to_end(customer)
            return profile
        profile = self._base.read(customer)
        if profile is not None:
            self._keep(profile)
        return profile

    def apply(self, logged: Iterable[LoggedEvent]) -> None:
        """Count these events, in the order of the log."""
        for row in logged:
            customer = row.event.subject
            if customer is None:
                continue
            try:
                before = self.get(customer)
            except StoreUnavailable:  # the disk will have the event once the worker has come to it
                _logger.exception("event %d is not in the live profile yet", row.seq)
                continue
            after = fold(before, customer, (row,), self._table)
            if after is before:
                continue
            self._clean.pop(customer, None)
            self._dirty[customer] = after
            self._dirty.move_to_end(customer)
            self._unsettled += 1
        if self._unsettled >= SETTLE_EVERY:
            self.settle()

    def settle(self) -> int:
        """Look up how far the disk has come and let go what it holds; how many profiles are still dirty."""
        self._unsettled = 0
        while self._dirty:
            customer, profile = next(iter(self._dirty.items()))
            if profile.seq > self._base.seq_of(customer):
                break
            del self._dirty[customer]
        return len(self._dirty)

    def replay(
        self,
        log: EventLog,
        also: Callable[[Sequence[LoggedEvent]], None] | None = None,
    ) -> Position:
        """Apply what the log holds after the disk's position, and hand it to `also`; the position reached."""
        position = self._base.position()
        while True:
            logged, position = log.read(position, REPLAY_BATCH)
            if not logged:
                return position
            self.apply(logged)
            if also is not None:
                also(logged)

    def _keep(self, profile: Profile) -> None:
        self._clean[profile.customer] = profile
        if len(self._clean) > self._max_clean:
            self._clean.popitem(last=False)
