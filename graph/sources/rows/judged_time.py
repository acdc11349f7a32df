"""Judging times: from any of the ways files write them to microseconds UTC and minutes ahead of it."""

import re
from datetime import datetime

import polars as pl

from graph.errors import InvalidValue
from graph.instants import DAY, Instant, to_instant
from graph.sources.column import UNIX_FORMATS
from graph.sources.rows.judged import Fault, Judged
from graph.sources.rows.raw_values import text_of

__all__ = ["judge_time"]

_EARLIEST, _LATEST = -2_208_988_800_000_000, 7_258_118_400_000_000  # 1900 and 2200
_ISO = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:?\d\d.*)?", re.ASCII)
_CLOCK = re.compile(r"%[HIMTRXcsr+]")
_RANGE = "a time between 1900 and 2200"
_ZONE = "a time with its zone, or a timezone in the mapping"


def judge_time(
    raw: pl.Series, written: str | None, timezone: str | None, latest: Instant | None = None
) -> tuple[Judged, pl.Series]:
    """(microseconds UTC and what is wrong with them, minutes ahead of UTC).

    written: None for ISO 8601, a unit of UNIX_FORMATS, or a strptime format. A time without a zone is read on the clock
    of `timezone` (the earlier of the two where a clock was put back) and refused where there is none. `latest` is when
    the rows were received: later ones cannot have happened yet.
    """
    said = text_of(raw).is_not_null() if raw.dtype == pl.String else raw.is_not_null()
    at, offset, local = _parsed(raw, written)
    at, local = at.clip(_EARLIEST - DAY, _LATEST + DAY), local.clip(datetime(1899, 12, 30), datetime(2200, 1, 3))
    unread = said & at.is_null() & local.is_null()
    faults = [Fault(unread, _spelling(written))]
    if timezone is None:
        faults.append(Fault(local.is_not_null(), _ZONE))
    else:
        there = local.dt.replace_time_zone(timezone, ambiguous="earliest", non_existent="null")
        faults.append(Fault(local.is_not_null() & there.is_null(), f"a time that exists in {timezone}"))
        utc = there.dt.timestamp("us")
        at = at.zip_with(local.is_null(), utc)
        offset = offset.zip_with(local.is_null(), (local.dt.timestamp("us") - utc) // 60_000_000)
        here = pl.from_epoch(at, "us").dt.replace_time_zone("UTC").dt.convert_time_zone(timezone)
        ahead = (here.dt.replace_time_zone(None).dt.timestamp("us") - at) // 60_000_000
        offset = offset.fill_null(ahead)  # of counts since 1970, which have no clock of their own
    faults.append(Fault(~at.is_between(_EARLIEST, _LATEST, closed="left").fill_null(True), _RANGE))
    if latest is not None:
        faults.append(Fault((at > latest + DAY).fill_null(False), "a time that has been"))
    return Judged(at, tuple(faults)), offset.fill_null(0)


def _parsed(raw: pl.Series, written: str | None) -> tuple[pl.Series, pl.Series, pl.Series]:
    """(microseconds UTC, minutes ahead, naive local time): of each row the first two or the last, or nothing."""
    nothing = pl.repeat(None, len(raw), dtype=pl.Int64, eager=True)
    if isinstance(raw.dtype, pl.Datetime) and raw.dtype.time_zone is not None:
        at = raw.dt.timestamp("us")
        return at, (raw.dt.replace_time_zone(None).dt.timestamp("us") - at) // 60_000_000, nothing.cast(_NAIVE)
    if isinstance(raw.dtype, pl.Datetime | pl.Date):
        return nothing, nothing, raw.cast(_NAIVE)
    if written in UNIX_FORMATS:
        count = raw.cast(pl.Float64) if raw.dtype.is_numeric() else text_of(raw).cast(pl.Float64, strict=False)
        micros = (count.set(~count.is_finite(), None) * UNIX_FORMATS[written]).round().cast(pl.Int64, strict=False)
        return micros, nothing, nothing.cast(_NAIVE)
    text = text_of(raw)
    if written is not None and "%z" not in written:
        if _CLOCK.search(written) is None:
            return nothing, nothing, text.str.to_date(written, strict=False).cast(_NAIVE)
        return nothing, nothing, text.str.to_datetime(written, strict=False, time_unit="us", ambiguous="null")
    if len(text) > 1 and text[0] == text[-1] and text.n_unique() == 1:
        at, offset, local = _one_by_one(text.head(1).to_list(), written)
        rows = pl.repeat(0, len(text), dtype=pl.UInt32, eager=True)
        return at.gather(rows), offset.gather(rows), local.gather(rows)
    return _one_by_one(text.to_list(), written)


def _one_by_one(texts: list[str | None], written: str | None) -> tuple[pl.Series, pl.Series, pl.Series]:
    at: list[int | None] = [None] * len(texts)
    offset: list[int | None] = [None] * len(texts)
    local: list[datetime | None] = [None] * len(texts)
    for row, text in enumerate(texts):
        if text is None or (written is None and _ISO.fullmatch(text) is None):
            continue
        try:
            moment = datetime.fromisoformat(text) if written is None else datetime.strptime(text, written)
            ahead = moment.utcoffset()
            if ahead is None:
                local[row] = moment
            elif abs(minutes := round(ahead.total_seconds() / 60)) <= 1080:
                at[row], offset[row] = to_instant(moment), minutes
        except (ValueError, OverflowError, InvalidValue):
            continue
    return pl.Series(at, dtype=pl.Int64), pl.Series(offset, dtype=pl.Int64), pl.Series(local, dtype=_NAIVE)


def _spelling(written: str | None) -> str:
    if written is None:
        return "an ISO 8601 date or time between 1900 and 2200, such as 2026-11-23T09:30:00+01:00"
    return (
        f"a number of {written.removeprefix('unix_')} since 1970"
        if written in UNIX_FORMATS
        else f"a time written {written}"
    )


_NAIVE = pl.Datetime("us")
