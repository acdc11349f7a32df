"""expansion: what stands in a pack under one name, as a feature for every window and segment."""

from collections.abc import Iterator, Mapping
from typing import Any

from graph.errors import InvalidValue
from graph.profile.features.condition import Condition, Narrowing, conditions_of
from graph.profile.features.event_fields import CATALOGUE_FIELDS, Subject, check_number, check_text, subject_of
from graph.profile.features.feature import Feature
from graph.profile.features.kinds import (
    Count,
    Distinct,
    First,
    Kind,
    Last,
    Mean,
    Periods,
    Rate,
    Recency,
    Streak,
    Sum,
)
from graph.profile.features.plan import MarkPlan, Need
from graph.profile.features.window import LONGEST_WINDOW, HourWindow, Window, window_of

__all__ = ["expanded"]

SLACK = 2
"""Days a series keeps beyond its longest window: a traveller's local day may be ahead of the day at home."""

HOURS_HORIZON = 1 + SLACK


def expanded(
    name: str,
    kind: Kind,
    segments: Mapping[str, Mapping[str, Any]],
    windows: Mapping[str, list[str]],
    field: str,
) -> Iterator[Feature]:
    """The features of one entry; InvalidValue names what in it cannot be.

    >>> [feature.name for feature in expanded("views", Count(of="Viewed", windows=["7d", "today"]), {}, {}, "views")]
    ['views.7d', 'views.today']
    """
    for segment in ("", *kind.segments):
        if segment and segment not in segments:
            raise InvalidValue(f"{field}.segments", segment, f"one of {', '.join(sorted(segments)) or 'none'}")
        full = f"{name}.{segment}" if segment else name
        narrowed = segments.get(segment, {})
        if isinstance(kind, Rate):
            for window in _windows(kind, windows, field):
                parts = [f"{base}.{segment}" if segment else base for base in (kind.of, kind.to)]
                of, to = (f"{part}.{window.name}" for part in parts)
                yield Feature(f"{full}.{window.name}", kind, window, of=of, to=to)
            continue
        subject = subject_of(kind.of, f"{field}.of")
        where = conditions_of(kind.where, subject, f"{field}.where")
        where += conditions_of(narrowed, subject, f"{field}.segments.{segment}")
        yield from _of_events(full, kind, subject, tuple(sorted(where, key=repr)), windows, field)


def _of_events(
    name: str, kind: Kind, subject: Subject, where: tuple[Condition, ...], windows: Mapping[str, list[str]], field: str
) -> Iterator[Feature]:
    on_entry = tuple(condition for condition in where if condition.of_catalogue)
    on_event = tuple(condition for condition in where if not condition.of_catalogue)
    match kind:
        case First() | Last():
            if on_entry:
                raise InvalidValue(
                    f"{field}.where", on_entry[0].field, "fields of the event itself, for first and last"
                )
            if kind.value not in subject.numbers:
                check_text(subject, kind.value, f"{field}.value")
            yield Feature(name, kind, mark=MarkPlan(subject, on_event, kind.value, isinstance(kind, Last)))
        case Recency() if not on_entry:
            yield Feature(name, kind, mark=MarkPlan(subject, on_event, "", True))
        case Recency():
            _check_number(kind.within, 1, LONGEST_WINDOW, f"{field}.within")
            need = Need(subject, on_event, "product", "", kind.within + SLACK)
            yield Feature(name, kind, need=need, narrowing=on_entry)
        case Streak() | Periods():
            length = kind.up_to if isinstance(kind, Streak) else kind.last
            _check_number(length, 1, LONGEST_WINDOW // kind.every.longest - 1, f"{field}.{_length_name(kind)}")
            _check_number(kind.least, 1, 1_000_000, f"{field}.least")
            _check_number(kind.reaches or 1, 1, length, f"{field}.reaches")
            horizon = kind.every.longest * (length + 1) + SLACK
            group, on_event, narrowing = _grouped("", on_event, on_entry)
            yield Feature(name, kind, need=Need(subject, on_event, group, "", horizon), narrowing=narrowing)
        case Count() | Sum() | Mean() | Distinct():
            measure = kind.value if isinstance(kind, Sum | Mean) else ""
            if isinstance(kind, Sum | Mean):
                check_number(subject, measure, f"{field}.value")
            if isinstance(kind, Mean):
                on_event = tuple(sorted({*on_event, Condition(measure)}, key=repr)) if _may_lack(measure) else on_event
            by = _group_field(kind.by, subject, f"{field}.by") if isinstance(kind, Distinct) else ""
            if by not in ("", "product") and on_entry:
                expected = f"a segment by fields of {subject.name} itself, since it counts each {by} once"
                raise InvalidValue(f"{field}.segments", on_entry[0].field, expected)
            group, on_event, narrowing = _grouped(by, on_event, on_entry)
            for window in _windows(kind, windows, field):
                if isinstance(kind, Distinct) and kind.by == "day" and isinstance(window, HourWindow):
                    raise InvalidValue(f"{field}.windows", window.name, "windows of whole days, since days are counted")
                horizon = HOURS_HORIZON if isinstance(window, HourWindow) else window.reach + SLACK
                need = Need(subject, on_event, group, measure, horizon)
                yield Feature(f"{name}.{window.name}", kind, window, need, narrowing=narrowing)


def _grouped(
    by: str, on_event: tuple[Condition, ...], on_entry: Narrowing
) -> tuple[str, tuple[Condition, ...], Narrowing]:
    """The group of the series, what is looked at as the event comes, and what on read."""
    if by or on_entry:
        return by or "product", on_event, on_entry
    channels = tuple(condition for condition in on_event if condition.field == "channel")
    if channels:
        return "channel", tuple(condition for condition in on_event if condition not in channels), channels
    return "", on_event, ()


def _group_field(by: str, subject: Subject, field: str) -> str:
    if by == "day":
        return ""
    if by in CATALOGUE_FIELDS and by in subject.texts:
        return "product"
    check_text(subject, by, field)
    return by


def _may_lack(measure: str) -> bool:
    return measure == "seconds" or measure.startswith("attribute.")


def _length_name(kind: Streak | Periods) -> str:
    return "up_to" if isinstance(kind, Streak) else "last"


def _check_number(number: int, least: int, most: int, field: str) -> None:
    if not least <= number <= most:
        raise InvalidValue(field, number, f"a whole number from {least} to {most}")


def _windows(kind: Count | Sum | Mean | Distinct | Rate, sets: Mapping[str, list[str]], field: str) -> Iterator[Window]:
    names = kind.windows
    if isinstance(names, str):
        found = sets.get(names)
        if found is None:
            raise InvalidValue(f"{field}.windows", names, f"a list, or one of {', '.join(sorted(sets)) or 'none'}")
        names = found
    if not names:
        raise InvalidValue(f"{field}.windows", names, "at least one window")
    for name in names:
        yield window_of(name, f"{field}.windows")
