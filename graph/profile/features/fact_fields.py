"""The fields of facts: what a feed finds in one, as a text or as a whole number."""

from collections.abc import Callable
from hashlib import blake2b
from typing import Any

from graph.instants import HOUR, MINUTE, day_of
from graph.nodes import Trait
from graph.profile.features.event_fields import LINE_FIELDS, MONEY, Subject
from graph.profile.features.fact import Fact, Fields

__all__ = ["SCALE", "Number", "Text", "number_in", "scale_of", "text_in"]

SCALE = 1000
"""Quantities, seconds, ratings and attributes are added up in whole thousandths, so that no order of adding matters."""

MAX_AMOUNT = 2**43
"""A greater amount counts as none: sums of a million of them still fit int64."""

_LONGEST_TEXT = 64

Text = Callable[[Fact, Fields], Any]
Number = Callable[[Fact, Fields], int | None]


def text_in(subject: Subject, name: str, fields: list[str], line_fields: list[str]) -> Text:
    """A function of (fact, row) that finds a text or other value; the row is one of the fact's lines, or its fields."""
    if name == "hour":
        return lambda fact, row: str((fact.at + fact.utc_offset * MINUTE) // HOUR % 24)
    if name == "weekday":
        return lambda fact, row: str((day_of(fact.at, fact.utc_offset) + 3) % 7 + 1)
    if subject.by_line and name in LINE_FIELDS:
        in_line = line_fields.index(name)
        return lambda fact, row: row[in_line]
    place = fields.index(name)
    if name in ("product", "channel"):
        return lambda fact, row: fact.fields[place]
    return lambda fact, row: _short(fact.fields[place])


def number_in(subject: Subject, name: str, fields: list[str], line_fields: list[str], currency: str) -> Number:
    """A function of (fact, row) that finds a whole number: int64 minor units, or thousandths; None where there is none.

    An amount in another currency than `currency` counts as none.
    """
    if subject.by_line:
        return _checked(name, _in_row(line_fields.index(name)), fields, currency)
    if name == "lines":
        return lambda fact, row: len(fact.lines)
    if subject.name == "Purchased":
        place = line_fields.index(name)
        of_line = _checked(name, _in_row(place), fields, currency)
        return lambda fact, row: sum([of_line(fact, line) or 0 for line in fact.lines])
    return _checked(name, _in_row(fields.index(name)), fields, currency)


def scale_of(name: str) -> int:
    """How many of what is added up make one of a number."""
    return 1 if name in (*MONEY, "lines") else SCALE


def _in_row(place: int) -> Text:
    return lambda fact, row: row[place]


def _checked(name: str, get: Text, fields: list[str], currency: str) -> Number:
    if name not in MONEY:
        return lambda fact, row: _thousandths(get(fact, row))
    stated = fields.index("currency")

    def money(fact: Fact, row: Fields) -> int | None:
        other = fact.fields[stated]
        amount = get(fact, row)
        if (currency and other and other != currency) or not -MAX_AMOUNT <= amount <= MAX_AMOUNT:
            return None
        return int(amount)

    return money


def _thousandths(value: Trait | None) -> int | None:
    if value is None or isinstance(value, str | bool) or not -MAX_AMOUNT <= value * SCALE <= MAX_AMOUNT:
        return None
    return round(value * SCALE)


def _short(value: Trait | None) -> Trait | None:
    """A text as groups and marks keep it: a long one by its beginning and its hash."""
    if not isinstance(value, str) or len(value) <= _LONGEST_TEXT:
        return value
    return f"{value[:40]}…{blake2b(value.encode(), digest_size=8).hexdigest()}"
