"""Shared devices: what was done on a device that several people use belongs to whoever was identified there then."""

from bisect import bisect_right
from collections.abc import Collection, Iterable

from graph.ids import CustomerId
from graph.instants import Instant, day_of
from graph.interactions import InteractionKind
from graph.profile.growing import Growing
from graph.profile.profile import MAX_TURNS, Dated, Profile, Turn
from graph.profile.recent_rows import Recent

__all__ = ["share_of", "turns_of"]


def turns_of(devices: Iterable[Profile], owners: Collection[CustomerId]) -> tuple[list[Turn], bool]:
    """The identifications of `owners`, linked still or erased, oldest first; and whether older ones may be missing."""
    found = [device.turns for device in devices]
    turns = sorted({turn for each in found for turn in each if turn.customer in owners})
    return turns, any(len(each) == MAX_TURNS for each in found)


def share_of(device: Profile, turns: list[Turn], cut: bool, customers: Collection[CustomerId]) -> Profile:
    """What of a shared device's state is of `customers`: a view, not to be stored.

    A turn lasts until the next one; what was there before the first is of the first, unless older turns are missing.
    Only rows that are still kept one by one can be told apart: day counts are made of those, on days in UTC, and event
    counts and money spent are nobody's.
    """
    begins = [turn.at for turn in turns]

    def theirs(at: Instant) -> bool:
        place = bisect_right(begins, at) - 1
        if place < 0 and (cut or not turns):
            return False
        return turns[max(place, 0)].customer in customers

    def rows(held: Iterable[Recent]) -> list[Recent]:
        return [row for row in held if theirs(row.at)]

    def stated(held: dict[str, Dated]) -> dict[str, Dated]:
        return {name: dated for name, dated in held.items() if theirs(dated.stamp.at)}

    growing = Growing(
        Profile(
            customer=device.customer,
            traits=stated(device.traits),
            preferences=stated(device.preferences),
            consents=stated(device.consents),
        )
    )
    growing.seq = device.seq
    growing.recent, growing.cart_rows = rows(device.recent), rows(device.cart_rows)
    for row in growing.recent:
        growing.see(row.at)
        growing.tally(row.kind, (row.product,), day_of(row.at))
        if row.kind is InteractionKind.PURCHASED:
            growing.buy((row.product,), row.at)
    return growing.profile()
