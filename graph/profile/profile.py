"""Profile: what is known of one customer, as a commutative fold of their events."""

from collections.abc import Iterator
from typing import NamedTuple

from msgspec import Struct

from graph.ids import CustomerId, ProductId
from graph.instants import DAY, MINUTE, Instant, day_of
from graph.interactions import InteractionKind
from graph.nodes import Stamp, Trait
from graph.profile.day_counts import NO_DAYS, DayCounts
from graph.profile.features.fact import Fact
from graph.profile.features.settled import Settled
from graph.profile.recent_rows import NO_ROWS, Recent, RecentRows
from graph.profile.sealed import Sealed

__all__ = [
    "MAX_CART_ROWS",
    "MAX_RECENT",
    "MAX_TRAITS",
    "MAX_TURNS",
    "SESSION_GAP",
    "Dated",
    "DayCount",
    "Profile",
    "Seen",
    "Turn",
]

MAX_RECENT = 128
"""How many of the newest interactions a profile keeps one by one."""

MAX_CART_ROWS = 128

MAX_TRAITS = 1000
"""How many traits a profile keeps, those stated last."""

MAX_TURNS = 64
"""How many of the newest identifications on a device are kept."""

SESSION_GAP = 30 * MINUTE
"""A session ends after this long without an event."""


class DayCount(NamedTuple):
    """What was done with a product on one local day: the statistic long-term preferences are computed from.

    times: how many events or order lines, never units.
    """

    product: ProductId
    kind: InteractionKind
    day: int  # days since 1970-01-01 where the customer was
    times: int


class Dated(NamedTuple):
    """A value with its stamp: the greater stamp wins."""

    stamp: Stamp
    value: Trait | list[str]


class Seen(NamedTuple):
    """Where, and on what, a customer was. utc_offset: minutes ahead of UTC on the clock there."""

    at: Instant
    key: str
    channel: str = ""
    device: str = ""
    place: str = ""
    locale: str = ""
    utc_offset: int = 0


class Turn(NamedTuple):
    """From when on whom a device is said to be used by."""

    at: Instant
    key: str  # of the event that says so
    customer: CustomerId


NEVER_BOUGHT: Sealed[dict[ProductId, Instant]] = Sealed({})
NOTHING_SETTLED = Sealed(Settled())


class Profile(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The state of one leaf identity: recent rows, day aggregates and dated values; no vectors, nothing computed.

    seq: the newest event in it, as the log numbers them; two folds of the same events are equal.
    recent: the newest interactions. bought: when each product was last bought.
    days: what was done with products on which local days, by kind.
    counts: event type -> how many.
    spent: currency -> int64 minor units.
    seen: where and on what the newest behaviour was.
    facts: for the feature table, the events less than a day older than the newest, oldest first.
    settled: what the feature table keeps of those before them.
    """

    customer: CustomerId
    seq: int = 0
    first_seen: Instant | None = None
    last_seen: Instant | None = None
    recent: RecentRows = NO_ROWS
    cart_rows: tuple[Recent, ...] = ()  # the newest MAX_CART_ROWS additions and removals, oldest first
    bought: Sealed[dict[ProductId, Instant]] = NEVER_BOUGHT
    days: dict[InteractionKind, DayCounts] = {}
    counts: dict[str, int] = {}
    spent: dict[str, int] = {}
    traits: dict[str, Dated] = {}
    preferences: dict[str, Dated] = {}
    consents: dict[str, Dated] = {}
    seen: Seen | None = None
    facts: tuple[Fact, ...] = ()
    settled: Sealed[Settled] = NOTHING_SETTLED
    linked: dict[CustomerId, Dated] = {}  # leaves said to be the same person: a LinkKind, or False once taken back
    turns: tuple[Turn, ...] = ()  # of a device, the newest MAX_TURNS, oldest first

    def history(self) -> Iterator[DayCount]:
        """Everything ever done with products, a row a (kind, product, day)."""
        for kind, counts in self.days.items():
            for product, days in counts.items():
                for day, times in days.items():
                    yield DayCount(product, kind, day, times)

    def session(self, now: Instant) -> tuple[Recent, ...]:
        """The live interactions of the session that goes on at `now`, oldest first; () when none does."""
        begun: list[Recent] = []
        until = now
        if self.last_seen is None or now - self.last_seen > SESSION_GAP:
            return ()
        for row in reversed(self.recent):
            if until - row.at > SESSION_GAP:  # and every row before it, live or not
                break
            if not row.live or row.at > now + MINUTE:
                continue
            begun.append(row)
            until = row.at
        return tuple(reversed(begun))

    def cart(self, now: Instant) -> dict[ProductId, float]:
        """What lies in the cart at `now`, in units: added within 30 days, not taken out, not bought since."""
        cart: dict[ProductId, float] = {}
        for row in self.cart_rows:
            if not now - 30 * DAY < row.at <= now + MINUTE or self._bought_since(row.product, row.at):
                continue
            change = row.quantity if row.kind is InteractionKind.ADDED_TO_CART else -row.quantity
            cart[row.product] = max(0.0, cart.get(row.product, 0.0) + change)
        return {product: quantity for product, quantity in cart.items() if quantity > 0}

    def _bought_since(self, product: ProductId, at: Instant) -> bool:
        last = self.days.get(InteractionKind.PURCHASED, NO_DAYS).last(product)
        if last is None or last < day_of(at) - 1:  # nowhere is it two days earlier
            return False
        return self.bought.value.get(product, at - 1) >= at  # unpacks them all

    def wishes(self, name: str) -> frozenset[str]:
        """A stated preference that is a list, such as ``disliked_brands``; empty where none was stated."""
        stated = self.preferences.get(name)
        if stated is None:
            return frozenset()
        return frozenset(stated.value) if isinstance(stated.value, list) else frozenset({str(stated.value)})

    def known_traits(self) -> dict[str, Trait]:
        """What is known of the customer beside what they did, by name."""
        return {name: dated.value for name, dated in self.traits.items() if not isinstance(dated.value, list)}
