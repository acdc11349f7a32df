"""The values that stand in a pack's files: money, spans of time, days, names and conditions not yet compiled."""

import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, StringConstraints, WithJsonSchema

from graph.instants import DAY, HOUR, MINUTE

__all__ = ["Day", "Expression", "Money", "Name", "Rate", "Share", "Span", "Words", "parse_span"]

_SPAN = re.compile(r"([1-9][0-9]{0,4}) ?(m|h|d)")
_UNITS = {"m": MINUTE, "h": HOUR, "d": DAY}
LONGEST_SPAN = 1100 * DAY


def parse_span(told: object) -> int | None:
    """The microseconds of a span such as ``30m``, ``24h`` or ``7d``; None for anything else, or over 1,100 days."""
    found = _SPAN.fullmatch(told) if isinstance(told, str) else None
    span = int(found[1]) * _UNITS[found[2]] if found else 0
    return span if 0 < span <= LONGEST_SPAN else None


def _span(told: Any) -> int:
    span = parse_span(told)
    if span is None:
        raise ValueError("a span of time such as 30m, 24h or 7d, of at most 1100d")
    return span


def _day(told: Any) -> date:
    if type(told) is not date:  # a time of day would be one of some zone
        raise ValueError("a day such as 2026-12-31")
    return told


def _money(told: Any) -> Decimal:
    if isinstance(told, bool) or not isinstance(told, int | float):
        raise ValueError("an amount in major units such as 12.50")
    if not 0 <= told <= 10**9:
        raise ValueError("an amount of 0 to 1000000000")
    return Decimal(repr(told))


def _number_or_text(told: Any) -> float | str:
    if isinstance(told, bool) or not (isinstance(told, str) or (isinstance(told, int | float) and 0 <= told <= 10**9)):
        raise ValueError("a number of 0 to 1000000000, or an expression that gives one")
    return told


NAME = r"^[A-Za-z][A-Za-z0-9_\-]{0,63}$"
Name = Annotated[str, StringConstraints(pattern=NAME)]
"""Of an entry: a letter, then letters, digits, _ and -, 64 at most."""

Words = Annotated[str, Field(min_length=1, max_length=500)]
Share = Annotated[float, Field(ge=0, le=1, strict=True)]
Rate = Annotated[float, Field(gt=0, lt=1, strict=True)]

Money = Annotated[Decimal, BeforeValidator(_money), WithJsonSchema({"type": "number", "minimum": 0})]
"""Major units of the pack's currency."""

Span = Annotated[int, BeforeValidator(_span), WithJsonSchema({"type": "string", "pattern": "^[1-9][0-9]{0,4} ?[mhd]$"})]
"""Microseconds; written as minutes, hours or days of 24 hours."""

Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]

Expression = Annotated[
    float | str, BeforeValidator(_number_or_text), WithJsonSchema({"type": ["number", "string"], "minimum": 0})
]
"""A number, or a CEL expression that gives one."""
