"""When an event happened: its sender's clock set right, its offset from UTC, and whether it comes late."""

from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from graph.errors import InvalidValue
from graph.instants import DAY, SECOND, Instant, parse_instant

__all__ = ["LATE", "MAX_SKEW", "Moment", "moment"]

LATE = DAY
"""What happened longer ago than this is history: it changes what we know and starts nothing."""

MAX_SKEW = DAY
"""A sender's clock is set right up to this much; beyond it the body is old, not the clock wrong."""

_MAX_OFFSET = 1080  # minutes


class Moment(NamedTuple):
    """at: microseconds UTC; utc_offset: minutes ahead of UTC; history: it came late."""

    at: Instant
    utc_offset: int = 0
    history: bool = False


def moment(
    text: str | None, received: Instant, *, sent: str | None = None, zone: str | None = None, field: str = "timestamp"
) -> Moment:
    """The moment an event happened.

    text: when, by the sender's clock; None means now. It may not be naive.
    sent: when the sender sent it, by the same clock: received − sent is how far that clock is off.
    zone: the customer's time zone, such as ``Europe/Amsterdam``, used where `text` is in UTC.
    Nothing happens after it was received.
    """
    if text is None:
        at, offset = received, 0
    else:
        at, offset = _parsed(text, field)
        if sent is not None:
            skew = received - _parsed(sent, "sentAt")[0]
            if abs(skew) <= MAX_SKEW:
                at = Instant(at + skew)
        at = min(at, received)
    if zone and not offset:
        offset = _offset(zone, at)
    return Moment(at, offset, received - at > LATE)


def _parsed(text: str, field: str) -> tuple[Instant, int]:
    at, offset = parse_instant(text, field)
    if abs(offset) > _MAX_OFFSET:
        raise InvalidValue(field, text, "a time zone within 18 hours of UTC")
    return at, offset


def _offset(name: str, at: Instant) -> int:
    zone = _zone(name)
    ahead = None if zone is None else datetime.fromtimestamp(at // SECOND, UTC).astimezone(zone).utcoffset()
    return 0 if ahead is None else round(ahead.total_seconds() / 60)


@lru_cache(maxsize=1024)
def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, LookupError):  # no such zone; a sender's typing error is no reason to lose the event
        return None
