"""Wish shapes: the stated preferences that are obeyed, and what each may look like."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from graph.errors import InvalidValue
from graph.instants import DAY, Instant
from graph.nodes import Trait

__all__ = ["LISTS", "Frequency", "QuietHours", "checked_wish", "frequency", "quiet_hours", "topic_wish", "zone_of"]

LISTS = ("channels", "disliked_brands", "disliked_categories", "disliked_products", "topics")
"""Wishes that are one text or several."""

_TOPIC = "topic:"
_PERIODS = {"day": 1, "week": 7, "month": 30}
_FREQUENCY = re.compile(r"([1-9][0-9]{0,3}) per (day|week|month)")
_HOURS = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])-([01][0-9]|2[0-3]):([0-5][0-9])(?: (\S+))?")
_HOURS_EXPECTED = "hours such as '22:00-07:30', with a zone of their own where needed: '22:00-07:30 Europe/Amsterdam'"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Frequency(NamedTuple):
    """At most so many messages in so many days."""

    times: int
    days: int

    def spent(self, sent: Sequence[Instant], now: Instant) -> bool:
        """Whether the messages sent before `now` leave room for no other."""
        return sum(now - self.days * DAY < at <= now for at in sent) >= self.times


class QuietHours(NamedTuple):
    """Minutes of the local day, from `begin` on and before `end`, over midnight where that is earlier; all day where
    both are one. `zone` is None for the customer's own."""

    begin: int
    end: int
    zone: str | None = None

    def cover(self, now: Instant, zone: str) -> bool:
        """Whether it is quiet at `now`, in the zone of the hours or else in `zone`."""
        local = (_EPOCH + timedelta(microseconds=now)).astimezone(ZoneInfo(self.zone or zone))
        minute = local.hour * 60 + local.minute
        if self.begin < self.end:
            return self.begin <= minute < self.end
        return minute >= self.begin or minute < self.end


def checked_wish(name: str, value: Trait | list[str], field: str) -> Trait | list[str]:
    """The value of a wish that is obeyed, where it has its shape, and of any other as it is; InvalidValue else.

    An empty list takes every wish back.
    """
    if value == []:
        return value
    if name in LISTS and not isinstance(value, str | list):
        raise InvalidValue(field, value, "a text or a list of texts")
    if (name == "only_transaction_alerts" or name.startswith(_TOPIC)) and not isinstance(value, bool):
        raise InvalidValue(field, value, "true or false")
    if name == "frequency":
        frequency(value, field)
    if name == "quiet_hours":
        quiet_hours(value, field)
    return value


def frequency(value: Trait | list[str], field: str = "frequency") -> Frequency:
    """From ``2 per week``; InvalidValue else."""
    found = _FREQUENCY.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise InvalidValue(field, value, "a number per day, week or month, such as '2 per week'")
    return Frequency(int(found[1]), _PERIODS[found[2]])


def quiet_hours(value: Trait | list[str], field: str = "quiet_hours") -> tuple[QuietHours, ...]:
    """From one or several of ``22:00-07:30`` and ``22:00-07:30 Europe/Amsterdam``; InvalidValue else."""
    return tuple(_hours(each, field) for each in (value if isinstance(value, list) else [value]))


def _hours(value: Trait, field: str) -> QuietHours:
    found = _HOURS.fullmatch(value) if isinstance(value, str) else None
    if found is None or (found[5] is not None and zone_of(found[5]) is None):
        raise InvalidValue(field, value, _HOURS_EXPECTED)
    begin, end = int(found[1]) * 60 + int(found[2]), int(found[3]) * 60 + int(found[4])
    return QuietHours(begin, end, found[5])


def zone_of(value: object) -> str | None:
    """The name of a zone that there is; None else."""
    try:
        return ZoneInfo(value).key if isinstance(value, str) and value else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def topic_wish(topic: str) -> str:
    """The name of the wish to hear of one topic or not."""
    return f"{_TOPIC}{topic}"
