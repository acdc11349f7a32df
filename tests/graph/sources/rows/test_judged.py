"""Values are taken or refused row by row."""

from typing import Any

import polars as pl
import pytest

from graph.sources.rows.judged import (
    Judged,
    judge_anonymous,
    judge_currency,
    judge_customer,
    judge_flag,
    judge_id,
    judge_kind,
    judge_money,
    judge_number,
    judge_quantity,
    judge_rating,
)


def wrong(judged: Judged) -> list[bool]:
    together = pl.Series([False] * len(judged.values))
    for fault in judged.faults:
        assert fault.rows.null_count() == 0
        together = together | fault.rows
    return together.to_list()


def right(judged: Judged) -> list[Any]:
    return [None if bad else value for value, bad in zip(judged.values, wrong(judged), strict=True)]


@pytest.mark.parametrize(
    ("text", "decimal", "minor"),
    [
        ("12.99", ".", 1299),
        ("1,299.50", ".", 129950),
        ("1,234,567", ".", 123456700),
        ("1,299", ".", None),
        ("12,99", ".", None),
        ("12,99", ",", 1299),
        ("1.299,50", ",", 129950),
        ("1 299,5", ",", 129950),
        ("1.299", ",", None),
        ("4.35", ".", 435),
        (".5", ".", 50),
        ("1e2", ".", 10000),
        ("-1", ".", None),
        ("NaN", ".", None),
        ("inf", ".", None),
        ("1e300", ".", None),
        ("€ 5", ".", None),
        ("-", ".", None),
    ],
)
def test_amounts_are_read_or_refused_never_guessed(text: str, decimal: str, minor: int | None) -> None:
    assert right(judge_money(pl.Series([text]), decimal, "major", "EUR")) == [minor]


def test_each_row_has_the_minor_units_of_its_currency() -> None:
    currencies = pl.Series(["JPY", "KWD", "EUR", ""])
    judged = judge_money(pl.Series([500.0, 1.5, 0.29, 1.0]), ".", "major", currencies)
    assert right(judged) == [500, 1500, 29, None]


def test_minor_units_are_whole() -> None:
    assert right(judge_money(pl.Series(["1250", "12.5", "0"]), ".", "minor", "EUR")) == [1250, None, 0]


def test_floats_that_are_not_numbers_are_refused() -> None:
    raw = pl.Series([1.0, float("nan"), float("inf"), -0.5, None])
    assert wrong(judge_quantity(raw, ".")) == [False, True, True, True, False]
    assert wrong(judge_money(raw, ".", "major", "EUR")) == [False, True, True, True, False]
    assert wrong(judge_number(raw, ".")) == [False, True, True, False, False]


def test_customers_are_known_unless_they_say_they_are_anonymous() -> None:
    raw = pl.Series(["42", "user:42", "anon:7", "anon:", "user:", None, "x" * 257])
    assert right(judge_customer(raw)) == ["user:42", "user:42", "anon:7", None, None, None, None]
    assert right(judge_customer(pl.Series([42, None]))) == ["user:42", None]
    assert right(judge_anonymous(pl.Series(["7", "anon:7", "anon:"]))) == ["anon:7", "anon:7", None]


def test_ids_are_whole_texts_of_bounded_length() -> None:
    raw = pl.Series([" a ", "", "x" * 256, "x" * 257, "a\x00", "caf\ufffd"])
    assert right(judge_id(raw)) == ["a", None, "x" * 256, None, None, None]
    assert wrong(judge_id(raw)) == [False, False, False, True, True, True]


def test_flags_are_read_in_the_words_people_use() -> None:
    assert right(judge_flag(pl.Series(["Yes", "0", "TRUE", "n", "maybe"]))) == [True, False, True, False, None]
    assert right(judge_flag(pl.Series([True, None]))) == [True, None]
    assert wrong(judge_flag(pl.Series(["maybe", None]))) == [True, False]


def test_ratings_kinds_and_currencies_keep_to_what_they_can_be() -> None:
    assert right(judge_rating(pl.Series([0, 5, 6]), ".")) == [0.0, 5.0, None]
    assert right(judge_kind(pl.Series(["viewed", "purchased"]))) == ["viewed", None]
    assert "page, buy" in judge_kind(pl.Series(["x"]), {"page": "viewed", "buy": "clicked"}).faults[0].expected
    assert right(judge_currency(pl.Series(["EUR", "eur", "Euro"]))) == ["EUR", None, None]
