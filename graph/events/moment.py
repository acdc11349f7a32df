"""When an event happened: its sender's clock set right, its offset from UTC, and whether it comes late."""

from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from graph.errors import InvalidValue
from graph.instants import DAY, MINUTE, SECOND, Instant, parse_instant

__all__ = ["LATE", "MAX_SKEW", "WRONG", "Moment", "SenderClock", "moment"]

LATE = DAY
"""What happened longer ago than this is history: it changes what we know and starts nothing."""

MAX_SKEW = DAY
"""A sender's clock is set right up to this much; beyond it the body is old, not the clock wrong."""

WRONG = MINUTE
"""A clock further off than this is counted as wrong: less is the way a message takes."""

_MAX_OFFSET = 1080  # minutes


class Moment(NamedTuple):
    """at: microseconds UTC; utc_offset: minutes ahead of UTC; history: it came late."""

    at: Instant
    utc_offset: int = 0
    history: bool = False


class SenderClock:
    """The clock of whoever sent a body, held against ours.

    corrected: how many events it put over a minute away from when they happened.
    """

    def __init__(self, received: Instant) -> None:
        self.corrected = 0
        self._received = received
        self._sent: str | None = None
        self._skew = 0

    def skew(self, sent: str | None) -> int:
        """Microseconds to add to what it shows; `sent` is when, by it, a message was sent. InvalidValue for no time."""
        if sent is None:
            return 0
        if sent != self._sent:  # the messages of a body nearly always say the same
            skew = self._received - _parsed(sent, "sentAt")[0]
            self._sent, self._skew = sent, skew if abs(skew) <= MAX_SKEW else 0
        self.corrected += abs(self._skew) > WRONG
        return self._skew


def moment(
    text: str | None, received: Instant, *, skew: int = 0, zone: str | None = None, field: str = "timestamp"
) -> Moment:
    """The moment an event happened.

    text: when, by the sender's clock; None means now. It may not be naive.
    skew: microseconds to add to what the sender's clock shows.
    zone: the customer's time zone, such as ``Europe/Amsterdam``, used where `text` is in UTC.
    Nothing happens after it was received.
    """
    if text is None:
        at, offset = received, 0
    else:
        at, offset = _parsed(text, field)
        at = min(Instant(at + skew), received)
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
