"""Times in every writing become instants; those nobody can place are refused."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from graph.instants import DAY, Instant, iso
from graph.sources.rows.judged_time import judge_time


def judge(
    raw: pl.Series, written: str | None = None, timezone: str | None = None, latest: Instant | None = None
) -> list[tuple[str, int] | str | None]:
    """What becomes of each row: (the instant, its offset), the expectation it fails, or None where nothing is said."""
    judged, offset = judge_time(raw, written, timezone, latest)
    told: list[tuple[str, int] | str | None] = []
    for row in range(len(raw)):
        failed = [fault.expected for fault in judged.faults if fault.rows[row]]
        at = judged.values[row]
        told.append(failed[0] if failed else None if at is None else (iso(at), offset[row]))
    return told


def test_iso_texts_keep_their_zone() -> None:
    raw = pl.Series(["2026-01-02T09:30:00+05:30", "2026-01-02 09:30Z", "2026-01-02", None, ""])
    assert judge(raw, timezone="Europe/Zurich") == [
        ("2026-01-02T04:00:00Z", 330),
        ("2026-01-02T09:30:00Z", 0),
        ("2026-01-01T23:00:00Z", 60),
        None,
        None,
    ]


@pytest.mark.parametrize(
    "raw", [pl.Series(["2026-01-02T09:30"]), pl.Series([datetime(2026, 1, 2)]), pl.Series([date(2026, 1, 2)])]
)
def test_a_time_without_a_zone_is_refused_where_no_zone_is_named(raw: pl.Series) -> None:
    assert judge(raw) == ["a time with its zone, or a timezone in the mapping"]


def test_day_first_formats_are_read_on_the_clock_of_the_zone() -> None:
    raw = pl.Series(["31.12.2025 17:45", "29.03.2026 02:30", "25.10.2026 02:30", "12.31.2025 17:45", None])
    assert judge(raw, "%d.%m.%Y %H:%M", "Europe/Zurich") == [
        ("2025-12-31T16:45:00Z", 60),
        "a time that exists in Europe/Zurich",
        ("2026-10-25T00:30:00Z", 120),
        "a time written %d.%m.%Y %H:%M",
        None,
    ]
    assert judge(pl.Series(["1/2/2026"]), "%d/%m/%Y", "UTC") == [("2026-02-01T00:00:00Z", 0)]


def test_a_format_with_a_zone_needs_no_other() -> None:
    assert judge(pl.Series(["02/Jan/2026:09:30:00 -0500"]), "%d/%b/%Y:%H:%M:%S %z") == [("2026-01-02T14:30:00Z", -300)]


def test_counts_since_1970_are_utc_and_shown_on_the_clock_of_the_zone() -> None:
    assert judge(pl.Series(["1767348000000"]), "unix_milliseconds") == [("2026-01-02T10:00:00Z", 0)]
    assert judge(pl.Series([1767348000]), "unix_seconds", "Europe/Zurich") == [("2026-01-02T10:00:00Z", 60)]
    assert judge(pl.Series(["soon", "NaN", "1e40"]), "unix_seconds") == ["a number of seconds since 1970"] * 3


def test_aware_columns_keep_their_instant_and_offset() -> None:
    moment = datetime(2026, 7, 1, 12, tzinfo=ZoneInfo("Asia/Tokyo"))
    raw = pl.Series([moment]).dt.convert_time_zone("Asia/Tokyo")
    assert judge(raw, timezone="UTC") == [("2026-07-01T03:00:00Z", 540)]


@pytest.mark.parametrize("text", ["yesterday", "20260102", "1767348000", "2026-13-01", "2026-01-02T25:00Z", "2026-1-2"])
def test_what_is_no_time_is_refused(text: str) -> None:
    (told,) = judge(pl.Series([text]), timezone="UTC")
    assert isinstance(told, str) and told.startswith("an ISO 8601 date or time")


def test_times_out_of_bounds_are_refused() -> None:
    raw = pl.Series([datetime(1899, 12, 31, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)])
    assert judge(raw) == ["a time between 1900 and 2200"] * 2
    assert judge(pl.Series(["1850-01-01"]), timezone="UTC") == ["a time between 1900 and 2200"]
    assert judge(pl.Series([9_000_000_000_000]), "unix_seconds", "Europe/Zurich") == ["a time between 1900 and 2200"]
    assert judge(pl.Series([2**62]).cast(pl.Datetime("us")), None, "Asia/Tokyo") == ["a time between 1900 and 2200"]


def test_what_has_not_happened_yet_is_refused() -> None:
    received = Instant(10_000 * DAY)
    raw = pl.Series([10_000 * DAY, 10_001 * DAY + 1])
    assert judge(raw, "unix_microseconds", None, received)[1] == "a time that has been"
    assert judge(raw, "unix_microseconds", None, received)[0] is not None


def test_a_column_of_one_time_is_as_good_as_any() -> None:
    assert judge(pl.Series(["2026-01-02T00:00:00Z"] * 3)) == [("2026-01-02T00:00:00Z", 0)] * 3
