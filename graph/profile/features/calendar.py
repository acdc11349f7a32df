"""The calendar of local days: which week, month, quarter and year a day lies in, and the day it is somewhere now."""

from datetime import UTC, date, datetime
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

from graph.instants import SECOND, Instant, day_of

__all__ = ["Period", "local_day", "zone_offset"]

_FIRST = date(1970, 1, 1).toordinal()


class Period(StrEnum):
    """A calendar period. Weeks begin on Monday."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"

    @property
    def longest(self) -> int:
        """The most days one has."""
        return _LONGEST[self]

    def number(self, day: int) -> int:
        """Which period a day lies in: consecutive periods have consecutive numbers."""
        if self is Period.DAY:
            return day
        if self is Period.WEEK:
            return (day + 3) // 7  # 1970-01-01 was a Thursday
        on = date.fromordinal(_FIRST + day)
        return on.year if self is Period.YEAR else (on.year * 12 + on.month - 1) // _MONTHS[self]

    def first_day(self, number: int) -> int:
        """The first day of a period.

        >>> Period.MONTH.first_day(Period.MONTH.number(15))
        0
        """
        if self is Period.DAY:
            return number
        if self is Period.WEEK:
            return number * 7 - 3
        if self is Period.YEAR:
            return date(number, 1, 1).toordinal() - _FIRST
        year, month = divmod(number * _MONTHS[self], 12)
        return date(year, month + 1, 1).toordinal() - _FIRST


_LONGEST = {Period.DAY: 1, Period.WEEK: 7, Period.MONTH: 31, Period.QUARTER: 92, Period.YEAR: 366}
_MONTHS = {Period.MONTH: 1, Period.QUARTER: 3}


def local_day(now: Instant, zone: str) -> int:
    """The day it is in `zone`, days since 1970-01-01."""
    return day_of(now, zone_offset(now, zone) or 0)


def zone_offset(at: Instant, zone: str) -> int | None:
    """How many minutes ahead of UTC the clocks of `zone` were; None where there is no such zone."""
    found = _zone(zone)
    ahead = None if found is None else datetime.fromtimestamp(at // SECOND, UTC).astimezone(found).utcoffset()
    return None if ahead is None else round(ahead.total_seconds() / 60)


@lru_cache(maxsize=1024)
def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        return None
