"""Growing: a profile while events are added to it; what it began from is never touched."""

from collections.abc import Iterable, Mapping
from typing import Literal

from msgspec.structs import replace

from graph.ids import ProductId
from graph.instants import Instant
from graph.interactions import InteractionKind
from graph.nodes import Stamp, Trait
from graph.profile.day_counts import NO_DAYS, GrowingDayCounts
from graph.profile.features.fact import Fact, settled
from graph.profile.features.settled import settled_with
from graph.profile.features.table import FeatureTable
from graph.profile.profile import MAX_CART_ROWS, MAX_RECENT, MAX_TRAITS, MAX_TURNS, Dated, Profile, Seen, Turn
from graph.profile.recent_rows import Recent, newest_rows
from graph.profile.sealed import Sealed
from graph.profile.sums import wrapped

__all__ = ["Growing"]

Stated = Literal["traits", "preferences", "consents", "linked"]


class Growing:
    """Each part is copied once, when it is first written to: what an event does not touch is shared, sealed or not."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self.seq = profile.seq
        self.customer = profile.customer
        self.recent: list[Recent] = []  # in any order
        self.cart_rows: list[Recent] = []
        self._first_seen, self._last_seen = profile.first_seen, profile.last_seen
        self._seen = profile.seen
        self._counts: dict[str, int] = {}
        self._spent: dict[str, int] = {}
        self._bought: dict[ProductId, Instant] | None = None
        self._days: dict[InteractionKind, GrowingDayCounts] = {}
        self._stated: dict[Stated, dict[str, Dated]] = {}
        self._facts: list[Fact] = []
        self._kept, self._settled = profile.facts, profile.settled
        self.turns: list[Turn] = []  # in any order

    def see(self, at: Instant, seen: Seen | None = None) -> None:
        if seen is not None and (self._seen is None or seen > self._seen):
            self._seen = seen
        if self._first_seen is None or at < self._first_seen:
            self._first_seen = at
        if self._last_seen is None or at > self._last_seen:
            self._last_seen = at

    def count(self, event_type: str) -> None:
        self._counts[event_type] = self._counts.get(event_type, 0) + 1

    def spend(self, currency: str, value: int) -> None:
        self._spent[currency] = self._spent.get(currency, 0) + value

    def buy(self, products: Iterable[ProductId], at: Instant) -> None:
        """Remember when these products were last bought."""
        if self._bought is None:
            self._bought = self._profile.bought.value.copy()
        bought = self._bought
        for product in products:
            if at > bought.get(product, at - 1):
                bought[product] = at

    def tally(self, kind: InteractionKind, products: Iterable[ProductId], day: int) -> None:
        """Count each product once more on its day."""
        own = self._days.get(kind)
        if own is None:
            own = self._days[kind] = GrowingDayCounts(self._profile.days.get(kind, NO_DAYS))
        own.add(products, day)

    def state(self, field: Stated, values: Mapping[str, Trait | list[str]], stamp: Stamp) -> None:
        """Set dated values, except where the held one has a later stamp."""
        held = self._stated.get(field)
        if held is None:
            held = self._stated[field] = dict(getattr(self._profile, field))
        for name, value in values.items():
            known = held.get(name)
            if known is None or stamp >= known.stamp:
                held[name] = Dated(stamp, value)

    def note(self, fact: Fact) -> None:
        """Keep what the feature table needs of an event."""
        self._facts.append(fact)

    def settle(self, table: FeatureTable) -> None:
        """Have those noted that are now too old to be kept one by one counted by day."""
        if self._facts:
            self._kept, old = settled(self._kept, self._facts)
            self._facts = []
            if old:
                self._settled = settled_with(self._settled, table, old)

    def profile(self) -> Profile:
        """The grown profile; the one it began from where nothing was added."""
        began = self._profile
        if self.seq == began.seq:
            return began
        changes: dict[str, object] = {"seq": self.seq, "first_seen": self._first_seen, "last_seen": self._last_seen}
        changes |= {"seen": self._seen, "facts": self._kept, "settled": self._settled}
        if self._counts:
            changes["counts"] = _sums(began.counts, self._counts)
        if self.recent:
            changes["recent"] = began.recent.with_rows(self.recent, MAX_RECENT)
        if self.cart_rows:
            changes["cart_rows"] = newest_rows(began.cart_rows, self.cart_rows, MAX_CART_ROWS)
        if self.turns:
            changes["turns"] = tuple(sorted({*began.turns, *self.turns})[-MAX_TURNS:])
        if self._spent:
            changes["spent"] = _sums(began.spent, self._spent)
        if self._bought is not None:
            changes["bought"] = Sealed(self._bought)
        if self._days:
            changes["days"] = {**began.days, **{kind: growing.counts() for kind, growing in self._days.items()}}
        traits = self._stated.get("traits", {})
        if len(traits) > MAX_TRAITS:
            self._stated["traits"] = dict(sorted(traits.items(), key=_stated)[-MAX_TRAITS:])
        return replace(began, **changes, **self._stated)


def _stated(trait: tuple[str, Dated]) -> tuple[Stamp, str]:
    """What came last does not matter: what is older than all that are kept would not be kept either."""
    name, dated = trait
    return dated.stamp, name


def _sums(held: Mapping[str, int], added: Mapping[str, int]) -> dict[str, int]:
    total = dict(held)
    for name, number in added.items():
        total[name] = wrapped(total.get(name, 0) + number)
    return total
