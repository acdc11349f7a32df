"""When an event happened."""

import pytest

from graph import DAY, HOUR, MINUTE, SECOND, Instant, InvalidValue, iso, parse_instant
from graph.events.moment import Moment, SenderClock, moment

NOON, _ = parse_instant("2026-05-01T12:00:00Z")


def told(text: str, sent: str) -> Moment:
    """What a message says that happened at `text` and was sent at `sent`, and came at noon."""
    return moment(text, NOON, skew=SenderClock(NOON).skew(sent))


def test_what_has_no_time_happens_when_it_is_received() -> None:
    assert moment(None, NOON) == (NOON, 0, False)


def test_the_offset_of_the_clock_there_is_kept() -> None:
    assert moment("2026-05-01T13:00:00+02:00", NOON) == (NOON - HOUR, 120, False)


def test_a_clock_that_is_wrong_is_set_right() -> None:
    # the sender's clock is an hour slow: it says 11:00 when it is noon; the click was five minutes before sending
    found = told("2026-05-01T10:55:00Z", sent="2026-05-01T11:00:00Z")
    assert iso(found.at) == "2026-05-01T11:55:00Z"


def test_a_fast_clock_is_set_right_too() -> None:
    assert told("2026-05-01T14:55:00Z", sent="2026-05-01T15:00:00Z").at == NOON - 5 * MINUTE


def test_an_old_body_sent_again_stays_old() -> None:
    found = told("2025-05-01T10:55:00Z", sent="2025-05-01T11:00:00Z")
    assert iso(found.at) == "2025-05-01T10:55:00Z" and found.history


def test_nothing_happens_after_it_was_received() -> None:
    assert moment("2036-01-01T00:00:00Z", NOON).at == NOON


@pytest.mark.parametrize(("ago", "late"), [(DAY - SECOND, False), (DAY, False), (DAY + SECOND, True)])
def test_what_comes_a_day_late_is_history(ago: int, late: bool) -> None:
    assert moment(iso(Instant(NOON - ago)), NOON).history is late


@pytest.mark.parametrize(
    ("zone", "offset"), [("Europe/Amsterdam", 120), ("America/New_York", -240), ("Asia/Kolkata", 330), ("UTC", 0)]
)
def test_a_time_in_utc_takes_its_offset_from_the_zone(zone: str, offset: int) -> None:
    assert moment("2026-05-01T11:00:00Z", NOON, zone=zone).utc_offset == offset


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "../../etc/passwd", "/etc/passwd", "\x00", "Europe", "x" * 300])
def test_a_zone_nobody_knows_is_ignored(zone: str) -> None:
    assert moment("2026-05-01T11:00:00Z", NOON, zone=zone).utc_offset == 0


def test_a_stated_offset_beats_the_zone() -> None:
    assert moment("2026-05-01T11:00:00-05:00", NOON, zone="Europe/Amsterdam").utc_offset == -300


@pytest.mark.parametrize(
    "text",
    ["2026-05-01T11:00:00", "2026-05-01", "yesterday", "", "0001-01-01T00:00:00+14:00", "2026-05-01T00:00:00+23:59"],
)
def test_a_time_that_names_no_instant_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue, match="timestamp: got"):
        moment(text, NOON)


def test_a_naive_time_of_sending_is_refused() -> None:
    with pytest.raises(InvalidValue, match="sentAt: got"):
        told("2026-05-01T11:00:00Z", sent="2026-05-01T11:00:00")


def test_a_clock_off_by_more_than_the_way_takes_is_counted() -> None:
    clock = SenderClock(NOON)
    for sent in (None, "2026-05-01T11:59:30Z", "2026-05-01T11:00:00Z", "2026-05-01T13:00:00Z", "2025-05-01T11:00:00Z"):
        clock.skew(sent)
    assert clock.corrected == 2
