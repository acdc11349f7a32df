"""Time: int64 microseconds UTC, and the offset the clock on the wall showed."""

from datetime import UTC, date, datetime, timedelta
from typing import Any, NewType

from graph.errors import InvalidValue

__all__ = [
    "DAY",
    "HOUR",
    "MINUTE",
    "SECOND",
    "Instant",
    "day_of",
    "day_start",
    "iso",
    "parse_instant",
    "to_instant",
]

Instant = NewType("Instant", int)
"""Microseconds since 1970-01-01T00:00:00 UTC."""

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EARLIEST, _LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
_EXPECTED = "an ISO 8601 date and time with its zone, between 1900 and 2200, such as 2026-11-23T09:30:00+01:00"


def to_instant(moment: datetime, field: str = "time") -> Instant:
    """An aware datetime as microseconds UTC; a naive one is refused, since nobody knows when it was."""
    if moment.tzinfo is None or not _EARLIEST <= moment < _LATEST:
        raise InvalidValue(field, moment.isoformat(), _EXPECTED)
    return Instant((moment - _EPOCH) // timedelta(microseconds=1))


def parse_instant(text: Any, field: str = "time") -> tuple[Instant, int]:
    """An ISO 8601 text as (microseconds UTC, minutes its zone was ahead of UTC).

    >>> parse_instant("1970-01-01T01:00:00+01:00")
    (0, 60)
    """
    if not isinstance(text, str):
        raise InvalidValue(field, text, _EXPECTED)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidValue(field, text, _EXPECTED) from None
    instant = to_instant(moment, field)
    offset = moment.utcoffset() or timedelta()
    return instant, round(offset.total_seconds() / 60)


def iso(instant: Instant) -> str:
    """An instant as people and JSON read it: ``2026-11-23T08:30:00Z``, with fractions only where there are some."""
    return (_EPOCH + timedelta(microseconds=instant)).isoformat().replace("+00:00", "Z")


def day_of(instant: Instant, utc_offset: int = 0) -> int:
    """Days since 1970-01-01 on a clock `utc_offset` minutes ahead of UTC."""
    return (instant + utc_offset * MINUTE) // DAY


def day_start(day: int) -> date:
    """The calendar date of a day number."""
    return date(1970, 1, 1) + timedelta(days=day)
