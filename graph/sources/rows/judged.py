"""Judging raw columns: ids, texts, numbers, flags and money, each with what is wrong with which row."""

from collections.abc import Iterable
from typing import NamedTuple

import polars as pl

from graph.events.money import MAX_MINOR, minor_units
from graph.events.traits import MAX_TEXT
from graph.ids import ANONYMOUS, KNOWN, MAX_ID_LENGTH
from graph.interactions import InteractionKind
from graph.sources.rows.raw_values import text_of

__all__ = [
    "INTERACTION_KINDS",
    "Fault",
    "Judged",
    "judge_anonymous",
    "judge_currency",
    "judge_customer",
    "judge_flag",
    "judge_id",
    "judge_kind",
    "judge_money",
    "judge_number",
    "judge_quantity",
    "judge_rating",
    "judge_text",
]

MAX_QUANTITY = 1e12
SEARCHED = "searched"
INTERACTION_KINDS = (
    *(kind.value for kind in InteractionKind if kind not in {"purchased", "received", "redeemed"}),
    SEARCHED,
)
"""What a row of an interactions table can be; purchases, receipts and redemptions have tables of their own."""

_FLAGS = {"true": True, "1": True, "yes": True, "y": True, "t": True} | (
    {"false": False, "0": False, "no": False, "n": False, "f": False}
)
# A group mark alone is refused: whether 1,500 is one and a half or fifteen hundred, nobody knows.
_NUMBER = {
    ".": r"^[+-]?(\d+\.?|\d*\.\d+|\d{1,3}(,\d{3})+\.\d+|\d{1,3}(,\d{3}){2,})([eE][+-]?\d{1,3})?$",
    ",": r"^[+-]?(\d+,?|\d*,\d+|\d{1,3}([. ]\d{3})+,\d+|\d{1,3}([. ]\d{3}){2,})$",
}


class Fault(NamedTuple):
    """Rows that cannot be taken ([rows] mask, without nulls) and what would have been right."""

    rows: pl.Series
    expected: str


class Judged(NamedTuple):
    """A field's values, [rows], null where nothing was said, and the faults among them."""

    values: pl.Series
    faults: tuple[Fault, ...] = ()


def judge_id(raw: pl.Series) -> Judged:
    text = text_of(raw)
    if raw.dtype.is_integer():
        return Judged(text)
    return Judged(text, (_unless(_clean(text, MAX_ID_LENGTH), _length(MAX_ID_LENGTH)),))


def judge_customer(raw: pl.Series) -> Judged:
    """A public customer id as its leaf: ``anon:…`` stays what it is, all else is known."""
    if raw.dtype.is_integer():
        return Judged(KNOWN + text_of(raw))
    text = text_of(raw)
    is_anonymous = text.str.starts_with(ANONYMOUS)
    bare = text.str.strip_prefix(KNOWN).str.strip_prefix(ANONYMOUS)
    right = _clean(bare, MAX_ID_LENGTH) & (bare.str.len_chars() > 0)
    return Judged(text.zip_with(is_anonymous.fill_null(False), KNOWN + bare), (_unless(right, _length(MAX_ID_LENGTH)),))


def judge_anonymous(raw: pl.Series) -> Judged:
    bare = text_of(raw).str.strip_prefix(ANONYMOUS)
    right = _clean(bare, MAX_ID_LENGTH) & (bare.str.len_chars() > 0)
    return Judged(ANONYMOUS + bare, (_unless(right, _length(MAX_ID_LENGTH)),))


def judge_text(raw: pl.Series) -> Judged:
    text = text_of(raw)
    if raw.dtype.is_integer():
        return Judged(text)
    return Judged(text, (_unless(_clean(text, MAX_TEXT), _length(MAX_TEXT)),))


def judge_kind(raw: pl.Series, words: Iterable[str] | None = None) -> Judged:
    """The kind of an interaction; `words` are the file's own for those it has."""
    text = text_of(raw)
    return Judged(text, (_unless(text.is_in(INTERACTION_KINDS), f"one of {', '.join(words or INTERACTION_KINDS)}"),))


def judge_currency(raw: pl.Series) -> Judged:
    text = text_of(raw)
    return Judged(text, (_unless(text.str.contains("^[A-Z]{3}$"), "a currency's three capital letters, such as EUR"),))


def judge_flag(raw: pl.Series) -> Judged:
    if raw.dtype == pl.Boolean:
        return Judged(raw)
    words = text_of(raw).str.to_lowercase()
    flags = words.replace_strict(list(_FLAGS), list(_FLAGS.values()), default=None, return_dtype=pl.Boolean)
    return Judged(flags, (_among(raw, flags.is_null(), "true or false, yes or no, 1 or 0"),))


def judge_number(raw: pl.Series, decimal: str) -> Judged:
    numbers = _numbers(raw, decimal)
    right = _finite(numbers) & (numbers.abs() <= MAX_MINOR)
    return Judged(numbers, (_among(raw, ~right, f"a number such as 1{decimal}5"),))


def judge_quantity(raw: pl.Series, decimal: str) -> Judged:
    numbers = _numbers(raw, decimal)
    right = _finite(numbers) & (numbers >= 0) & (numbers <= MAX_QUANTITY)
    return Judged(numbers, (_among(raw, ~right, "a number of 0 or more"),))


def judge_rating(raw: pl.Series, decimal: str) -> Judged:
    numbers = _numbers(raw, decimal)
    return Judged(numbers, (_among(raw, ~(_finite(numbers) & numbers.is_between(0, 5)), "a number from 0 to 5"),))


def judge_money(raw: pl.Series, decimal: str, money: str, currency: str | pl.Series) -> Judged:
    """An amount of 0 or more as int64 minor units of the row's currency, rounded where the file has finer parts.

    currency: one for all rows, or [rows] with "" where it is unknown.
    """
    numbers = _numbers(raw, decimal)
    if money == "major":
        minor = (numbers * _units(currency)).round(mode="half_away_from_zero")
        expected = "an amount of 0 or more"
    else:
        minor = numbers.set(numbers != numbers.round(), None)
        expected = "a whole number of minor units, 0 or more"
    right = _finite(minor) & (minor >= 0) & (minor <= MAX_MINOR)
    faults = [_among(raw, ~right, expected)]
    if not isinstance(currency, str):
        faults.append(Fault(raw.is_not_null() & (currency == ""), "an amount with its currency"))
    return Judged(minor.cast(pl.Int64, strict=False), tuple(faults))


def _units(currency: str | pl.Series) -> float | pl.Series:
    """Minor units in one major unit."""
    if isinstance(currency, str):
        return float(minor_units(1, currency))
    units = {code: float(minor_units(1, code)) for code in currency.unique().to_list()}
    return currency.replace_strict(list(units), list(units.values()), return_dtype=pl.Float64)


def _numbers(raw: pl.Series, decimal: str) -> pl.Series:
    if raw.dtype.is_numeric():
        return raw.cast(pl.Float64)
    text = text_of(raw)
    text = text.set(~text.str.contains(_NUMBER[decimal]).fill_null(False), None)
    if decimal == ",":
        text = text.str.replace_all(r"[. ]", "").str.replace(",", ".", literal=True)
    else:
        text = text.str.replace_all(",", "", literal=True)
    return text.cast(pl.Float64, strict=False)


def _finite(numbers: pl.Series) -> pl.Series:
    return numbers.is_finite().fill_null(False)


def _clean(text: pl.Series, length: int) -> pl.Series:
    """Texts of at most `length` characters that were whole when they were decoded."""
    return (text.str.len_chars() <= length) & ~text.str.contains("[\x00\ufffd]")


def _length(length: int) -> str:
    return f"a text of at most {length} characters in UTF-8"


def _unless(right: pl.Series, expected: str) -> Fault:
    """A fault where `right` is False; null (nothing said) is none."""
    return Fault(~right.fill_null(True), expected)


def _among(raw: pl.Series, wrong: pl.Series, expected: str) -> Fault:
    """A fault where something was said and it is wrong."""
    return Fault(wrong.fill_null(True) & raw.is_not_null(), expected)
