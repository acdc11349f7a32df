"""joined: the profiles of two leaves of one person, seen as one."""

from collections.abc import Mapping
from typing import TypeVar

from msgspec.structs import replace

from graph.ids import ProductId
from graph.instants import Instant
from graph.nodes import Stamp
from graph.profile.day_counts import NO_DAYS
from graph.profile.profile import MAX_CART_ROWS, MAX_RECENT, Dated, Profile
from graph.profile.recent_rows import newest_rows
from graph.profile.sealed import Sealed
from graph.profile.sums import wrapped

__all__ = ["joined", "latest", "strictest"]

Key = TypeVar("Key")


def joined(known: Profile, other: Profile) -> Profile:
    """One view of two leaves, under the first one's id; neither profile changes and the view is not to be stored.

    Of two dated values the later one shows; of two consents to one purpose a refusal does. But for the id, joining
    is associative and commutative. `seq` is that of the newest event in either.
    """
    return replace(
        known,
        seq=max(known.seq, other.seq),
        first_seen=min((at for at in (known.first_seen, other.first_seen) if at is not None), default=None),
        last_seen=max((at for at in (known.last_seen, other.last_seen) if at is not None), default=None),
        recent=known.recent.with_rows(list(other.recent), MAX_RECENT),
        cart_rows=newest_rows(known.cart_rows, list(other.cart_rows), MAX_CART_ROWS),
        bought=Sealed(_newest(known.bought.value, other.bought.value)),
        days=known.days | {kind: known.days.get(kind, NO_DAYS).merged(counts) for kind, counts in other.days.items()},
        seen=max((seen for seen in (known.seen, other.seen) if seen is not None), default=None),
        facts=tuple(sorted((*known.facts, *other.facts))),
        settled=Sealed(known.settled.value.merged(other.settled.value)),
        counts=_sum(known.counts, other.counts),
        spent=_sum(known.spent, other.spent),
        traits=latest(known.traits, other.traits),
        preferences=latest(known.preferences, other.preferences),
        consents=strictest(known.consents, other.consents),
        linked={},
        turns=(),
    )


def strictest(held: Mapping[str, Dated], other: Mapping[str, Dated]) -> dict[str, Dated]:
    """The choices of both: by purpose the latest refusal, else the latest permission."""
    return {**held, **{name: max(dated, held.get(name, dated), key=_strictness) for name, dated in other.items()}}


def _sum(held: Mapping[Key, int], added: Mapping[Key, int]) -> dict[Key, int]:
    return {**held, **{key: wrapped(held.get(key, 0) + number) for key, number in added.items()}}


def _newest(held: Mapping[ProductId, Instant], other: Mapping[ProductId, Instant]) -> dict[ProductId, Instant]:
    return {**held, **{product: max(at, held.get(product, at)) for product, at in other.items()}}


def latest(held: Mapping[Key, Dated], other: Mapping[Key, Dated]) -> dict[Key, Dated]:
    """Of two values of one name the later one: what a person says on several leaves."""
    return {**held, **{name: max(dated, held.get(name, dated), key=_stamp) for name, dated in other.items()}}


def _stamp(dated: Dated) -> Stamp:
    return dated.stamp


def _strictness(dated: Dated) -> tuple[bool, Stamp]:
    return not dated.value, dated.stamp
