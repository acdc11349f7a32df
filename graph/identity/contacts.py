"""Contacts: when somebody was sent messages, as far as their profile tells."""

from graph.events.family import Delivered
from graph.instants import DAY, HOUR, Instant
from graph.profile.features.plan import SeriesPlan
from graph.profile.profile import Profile
from graph.profile.reading.counted import Counted
from graph.profile.reading.reading import FeatureReader

__all__ = ["Contacts"]

FURTHEST_BEHIND = 12 * HOUR
"""How long after midnight UTC a day ends where it ends last."""


class Contacts:
    """Reads `Delivered` events out of a profile, by a feature of the table that counts all of them. For one thread."""

    def __init__(self, reader: FeatureReader) -> None:
        self._reader = reader
        plans = {plan.horizon: number for number, plan in reader.table.plans.items() if _counts_all(plan)}
        self._horizon, self._number = max(plans.items(), default=(0, 0))

    def __call__(self, profile: Profile, days: int, now: Instant) -> list[Instant] | None:
        """When messages were delivered in the last `days`, and maybe before; None where no feature looks back so far.

        One that is known by its day alone, being more than a day older than the newest event, counts to the day's end.
        """
        if self._horizon <= days:  # the day that the window begins on is one more
            return None
        counted = Counted(profile, self._reader.table, self._reader.groups)
        sent = [row.at for row in counted.rows(self._number, "", Instant(now - days * DAY))]
        series = profile.settled.value.series.get(self._number)
        if series is None:
            return sent
        for buckets in series.days.values():
            for place in range(0, len(buckets), series.width):
                day, times = buckets[place : place + 2]
                sent += [Instant(min(now, (day + 1) * DAY + FURTHEST_BEHIND))] * times
        return sent


def _counts_all(plan: SeriesPlan) -> bool:
    return plan.subject.types == (Delivered,) and not plan.where
