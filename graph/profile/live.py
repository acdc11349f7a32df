"""LiveProfiles: the profiles a server answers from, newer than those stored by the events since."""

import logging
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import islice

from graph.errors import StoreUnavailable
from graph.ids import CustomerId
from graph.log.event_log import EventLog, LoggedEvent, Position
from graph.profile.features.table import FeatureTable
from graph.profile.fold import fold
from graph.profile.profile import Profile
from graph.profile.stores.profile_store import ProfileStore

__all__ = ["LiveProfiles"]

_logger = logging.getLogger(__name__)

SETTLE_EVERY = 256
"""Applied events after which it is looked up how far the store has come."""

SETTLE_BATCH = 500
REPLAY_BATCH = 5000
RECOVERY_BATCH = 200
"""How many events are counted again between two answers, while it is recovered from an outage."""

MAX_LINKED = 16
"""How many of those a profile is linked to are fetched with it."""


class LiveProfiles:
    """Profiles in memory over a store, which workers move forward along the same log.

    A profile with events the store may lack is dirty and stays in memory until the store has caught up with it; of
    those merely read at most `max_clean` are kept for speed. So what is not in memory is whole in the store, and since
    a fold passes over what a profile includes, no event counts twice however far either side is ahead. `table`: whose
    features are kept, the same one on both sides.

    Where the store was away when an event came, or was started anew and so perhaps lost the end of what it had, what is
    read from it would not be whole: then only profiles in memory are answered with until `recover` has counted again
    what the log holds after the store's position. For one thread.
    """

    def __init__(self, base: ProfileStore, max_clean: int = 10_000, table: FeatureTable | None = None) -> None:
        self._base = base
        self._table = table
        self._max_clean = max_clean
        self._clean: OrderedDict[CustomerId, Profile] = OrderedDict()  # least recently used first
        self._dirty: OrderedDict[CustomerId, Profile] = OrderedDict()  # by seq
        self._absent: set[CustomerId] = set()  # looked for since the last settling, and not there
        self._unsettled = 0
        self._lives = base.lives
        self._behind = False

    def __len__(self) -> int:
        """How many profiles are in memory."""
        return len(self._clean) + len(self._dirty)

    @property
    def behind(self) -> bool:
        """Whether profiles that are not in memory cannot be answered with before `recover`."""
        return self._behind

    def get(self, customer: CustomerId) -> Profile | None:
        """The profile with every event applied so far, None where there was none; StoreUnavailable where it cannot be
        read."""
        profile = self._dirty.get(customer)
        if profile is not None:
            return profile
        profile = self._clean.get(customer)
        if profile is not None:
            self._clean.move_to_end(customer)
            return profile
        if customer in self._absent:
            return None
        found = self._read((customer,))
        self._trim()
        return found.get(customer)

    def fetch(self, customers: Collection[CustomerId]) -> None:
        """Read those who are not in memory, then whom they are linked to, each in one round trip, for `get` to find."""
        self._read([customer for customer in customers if not self._holds(customer)])
        linked: dict[CustomerId, None] = {}
        for customer in customers:
            profile = self._dirty.get(customer) or self._clean.get(customer)
            if profile is not None:
                linked |= dict.fromkeys(leaf for leaf, dated in profile.linked.items() if dated.value)
        self._read([leaf for leaf in islice(linked, MAX_LINKED) if not self._holds(leaf)])
        self._trim()

    def apply(self, logged: Iterable[LoggedEvent]) -> None:
        """Count these events, in the order of the log."""
        by_customer: dict[CustomerId, list[LoggedEvent]] = {}
        for row in logged:
            customer = row.event.subject
            if customer is not None:
                by_customer.setdefault(customer, []).append(row)
        try:
            self._read([customer for customer in by_customer if not self._holds(customer)])
        except StoreUnavailable as error:
            self._fall_behind(error)
        for customer, rows in by_customer.items():
            if not self._holds(customer):
                continue
            before = self._dirty.get(customer) or self._clean.get(customer)
            after = fold(before, customer, rows, self._table)
            if after is before:
                continue
            self._clean.pop(customer, None)
            self._absent.discard(customer)
            self._dirty[customer] = after
            self._dirty.move_to_end(customer)
            self._unsettled += len(rows)
        self._trim()
        if self._unsettled >= SETTLE_EVERY:
            self.settle()

    def settle(self) -> int:
        """Look up how far the store has come and let go what it holds; how many profiles are still dirty."""
        self._unsettled = 0
        self._absent.clear()
        if self._behind:  # what is let go now could not be read again
            return len(self._dirty)
        try:
            for part in _parts(list(self._dirty), SETTLE_BATCH):
                stored = self._base.seqs(part)
                self._see_its_life()
                held = [customer for customer in part if self._dirty[customer].seq <= stored.get(customer, 0)]
                for customer in held:
                    del self._dirty[customer]
                if len(held) < len(part):
                    break
        except StoreUnavailable:
            pass  # they stay
        return len(self._dirty)

    def replay(
        self,
        log: EventLog,
        also: Callable[[Sequence[LoggedEvent]], None] | None = None,
    ) -> Position:
        """Apply what the log holds after the store's position, and hand it to `also`; the position reached."""
        position = self._base.position()
        while True:
            logged, position = log.read(position, REPLAY_BATCH)
            if not logged:
                return position
            self.apply(logged)
            if also is not None:
                also(logged)

    def recover(self, log: EventLog) -> Iterator[None]:
        """Count again what the log holds after the store's position, a little at each step; then nothing is behind.

        Events may be applied between two steps. StoreUnavailable where the store goes away meanwhile.
        """
        position = self._base.position()
        self._see_its_life()
        life = self._lives
        again: dict[CustomerId, Profile] = {}
        while True:
            logged, position = log.read(position, RECOVERY_BATCH)
            if not logged:
                break
            by_customer: dict[CustomerId, list[LoggedEvent]] = {}
            for row in logged:
                customer = row.event.subject
                if customer is not None and not self._holds(customer):
                    by_customer.setdefault(customer, []).append(row)
            stored = self._base.read_all([customer for customer in by_customer if customer not in again])
            for customer, rows in by_customer.items():
                again[customer] = fold(again.get(customer, stored.get(customer)), customer, rows, self._table)
            yield
        self._see_its_life()
        if self._lives != life:
            raise StoreUnavailable("the profiles were started anew while they were caught up with")
        # Nothing was applied since the log said that there is no more, so nothing is missing in these.
        for customer, profile in sorted(again.items(), key=lambda row: row[1].seq):
            self._dirty.setdefault(customer, profile)
        self._behind = False

    def _holds(self, customer: CustomerId) -> bool:
        """Whether `get` can answer from memory."""
        return customer in self._dirty or customer in self._clean or customer in self._absent

    def _read(self, customers: Collection[CustomerId]) -> dict[CustomerId, Profile]:
        if not customers:
            return {}
        if not self._behind:
            found = self._base.read_all(customers)
            self._see_its_life()
        if self._behind:
            raise StoreUnavailable("the profiles are not yet up with the log again")
        for customer in customers:
            if customer in found:
                self._clean[customer] = found[customer]
            else:
                self._absent.add(customer)
        return found

    def _trim(self) -> None:
        while len(self._clean) > self._max_clean:
            self._clean.popitem(last=False)

    def _see_its_life(self) -> None:
        if self._base.lives != self._lives:
            self._lives = self._base.lives
            self._fall_behind("they were started anew")

    def _fall_behind(self, why: object) -> None:
        if not self._behind:
            _logger.warning("profiles that are not in memory cannot be answered with for now: %s", why)
        self._behind = True
        self._clean.clear()  # they may hold what the store has lost, which nobody would notice once they are let go
        self._absent.clear()


def _parts(customers: Sequence[CustomerId], size: int) -> Iterator[Sequence[CustomerId]]:
    for start in range(0, len(customers), size):
        yield customers[start : start + size]
