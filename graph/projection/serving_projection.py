"""ServingProjection: events as profiles and catalogue entries in a profile store."""

import logging
from collections import OrderedDict
from collections.abc import Sequence

from graph.catalogue import product_of
from graph.events.family import Erased, ProductChanged
from graph.ids import CustomerId
from graph.log.event_log import LoggedEvent, Position
from graph.nodes import Product
from graph.profile.features.table import FeatureTable
from graph.profile.fold import fold
from graph.profile.profile import Profile
from graph.profile.stores.profile_store import ProfileStore
from graph.turns import in_turns

__all__ = ["ServingProjection"]

_logger = logging.getLogger(__name__)


class ServingProjection:
    """A profile store as a Projection; it keeps the `max_held` last written profiles in memory from batch to batch.

    table: whose features the profiles keep state for.
    """

    def __init__(self, profiles: ProfileStore, max_held: int = 4000, table: FeatureTable | None = None) -> None:
        self._profiles = profiles
        self._table = table
        self._max_held = max_held
        self._held: OrderedDict[CustomerId, Profile] = OrderedDict()
        self._held_at = profiles.position()
        if table is not None and profiles.features(table.fingerprint) != table.fingerprint:
            _logger.warning(
                "%s: folded with another feature table: features lack what came before, until profiles are rebuilt",
                profiles.name,
            )
        self._checkpoint_due = False

    def position(self) -> Position:
        """The position the store includes; asking for it also has the store forget the erased, where that is due."""
        self._checkpoint()
        return self._profiles.position()

    def apply(self, logged: Sequence[LoggedEvent], position: Position) -> None:
        if self._profiles.position() != self._held_at:  # somebody else has written
            self._held.clear()
        by_customer: dict[CustomerId, list[LoggedEvent]] = {}
        products: list[tuple[Product, int]] = []
        for row in logged:
            customer = row.event.subject
            if customer is not None:
                by_customer.setdefault(customer, []).append(row)
            elif isinstance(row.event, ProductChanged):
                products.append((product_of(row.event), row.seq))
        changed = [
            fold(self._read(customer), customer, rows, self._table) for customer, rows in in_turns(by_customer.items())
        ]
        self._profiles.write(in_turns(changed), products, position)
        self._hold(changed, position)
        self._checkpoint_due |= any(isinstance(row.event, Erased) for row in logged)
        self._checkpoint()

    def _checkpoint(self) -> None:
        if self._checkpoint_due:
            self._checkpoint_due = not self._profiles.checkpoint()

    def _read(self, customer: CustomerId) -> Profile | None:
        held = self._held.get(customer)
        return self._profiles.read(customer) if held is None else held

    def _hold(self, changed: Sequence[Profile], position: Position) -> None:
        self._held_at = position
        for profile in changed:
            self._held[profile.customer] = profile
            self._held.move_to_end(profile.customer)
        while len(self._held) > self._max_held:
            self._held.popitem(last=False)
