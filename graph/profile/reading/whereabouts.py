"""Whereabouts: where and on what a customer was last, and what time of day it is for them."""

from enum import StrEnum
from typing import NamedTuple

from graph.instants import HOUR, MINUTE, Instant, day_of
from graph.profile.features.calendar import zone_offset
from graph.profile.profile import Profile

__all__ = ["DayPart", "Whereabouts", "whereabouts_of"]


class DayPart(StrEnum):
    NIGHT = "night"  # 0 to 6
    MORNING = "morning"  # 6 to 12
    AFTERNOON = "afternoon"  # 12 to 18
    EVENING = "evening"  # 18 to 24


class Whereabouts(NamedTuple):
    """The newest behaviour's channel, device, place and locale, "" where unknown; and the customer's clock now.

    hour: 0 to 23. weekday: 1 for Monday to 7.
    """

    seen: Instant | None
    channel: str
    device: str
    place: str
    locale: str
    timezone: str
    hour: int
    weekday: int
    part: DayPart


def whereabouts_of(profile: Profile, zone: str, now: Instant) -> Whereabouts:
    """The context at `now` in the customer's zone."""
    offset = zone_offset(now, zone) or 0
    hour = (now + offset * MINUTE) // HOUR % 24
    seen = profile.seen
    known = ("", "", "", "") if seen is None else (seen.channel, seen.device, seen.place, seen.locale)
    return Whereabouts(
        None if seen is None else seen.at,
        *known,
        zone,
        hour,
        (day_of(now, offset) + 3) % 7 + 1,
        list(DayPart)[hour // 6],
    )
