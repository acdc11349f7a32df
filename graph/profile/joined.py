"""joined: the profiles of a known customer and of the device they are on, seen as one."""

from collections.abc import Mapping
from typing import TypeVar

from msgspec.structs import replace

from graph.nodes import Stamp
from graph.profile.features.series import merged_marks, merged_series
from graph.profile.growing import newest_rows
from graph.profile.profile import MAX_CART_ROWS, MAX_RECENT, Dated, Profile

__all__ = ["joined"]

Key = TypeVar("Key")


def joined(known: Profile, anonymous: Profile) -> Profile:
    """One view of two leaves, under the known customer's id; neither profile changes and the view is not to be stored.

    Of two dated values the later one shows; of two consents to one purpose a refusal does. `seq` is a number that names
    this pair of states, not a place in the log.
    """
    return replace(
        known,
        seq=(known.seq * 2**32 + anonymous.seq) % 2**63,
        first_seen=min((at for at in (known.first_seen, anonymous.first_seen) if at is not None), default=None),
        last_seen=max((at for at in (known.last_seen, anonymous.last_seen) if at is not None), default=None),
        recent=newest_rows(known.recent, list(anonymous.recent), MAX_RECENT),
        cart_rows=newest_rows(known.cart_rows, list(anonymous.cart_rows), MAX_CART_ROWS),
        bought=known.bought
        | {product: max(at, known.bought.get(product, at)) for product, at in anonymous.bought.items()},
        days=known.days
        | {
            kind: held | {product: _sum(held.get(product, {}), days) for product, days in products.items()}
            for kind, products in anonymous.days.items()
            for held in (known.days.get(kind, {}),)
        },
        counts=_sum(known.counts, anonymous.counts),
        spent=_sum(known.spent, anonymous.spent),
        traits=_latest(known.traits, anonymous.traits),
        preferences=_latest(known.preferences, anonymous.preferences),
        consents=_strictest(known.consents, anonymous.consents),
        seen=max((seen for seen in (known.seen, anonymous.seen) if seen is not None), default=None),
        facts=tuple(sorted((*known.facts, *anonymous.facts))),
        series=merged_series(known.series, anonymous.series),
        firsts=merged_marks(known.firsts, anonymous.firsts, min),
        lasts=merged_marks(known.lasts, anonymous.lasts, max),
        linked=_latest(known.linked, anonymous.linked),
    )


def _sum(held: Mapping[Key, int], added: Mapping[Key, int]) -> dict[Key, int]:
    return {**held, **{key: held.get(key, 0) + number for key, number in added.items()}}


def _latest(held: Mapping[Key, Dated], other: Mapping[Key, Dated]) -> dict[Key, Dated]:
    return {**held, **{name: max(dated, held.get(name, dated), key=_stamp) for name, dated in other.items()}}


def _strictest(held: Mapping[str, Dated], other: Mapping[str, Dated]) -> dict[str, Dated]:
    latest = _latest(held, other)
    refused = {name: dated for part in (held, other) for name, dated in part.items() if not dated.value}
    return latest | refused


def _stamp(dated: Dated) -> Stamp:
    return dated.stamp
