"""Columns, templates, lists and constants say what a field holds."""

from typing import Any

import polars as pl
import pytest

from graph.sources.column import Column
from graph.sources.rows.raw_values import raw_values, text_of

FRAME = pl.DataFrame(
    {
        "type": ["SOUP  & STEW", "ROLLS", None, " "],
        "size": ["8 OZ", None, "1 CT", None],
        "code": [1, 2, 3, None],
        "weight": [1.0, 2.5, float("nan"), None],
    }
)


def read(**said: Any) -> list[Any]:
    return raw_values(Column(**said), FRAME, ("ROLLS",)).to_list()


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"column": "code"}, [1, 2, 3, None]),
        ({"column": "type"}, ["SOUP  & STEW", None, None, None]),
        ({"value": "books"}, ["books"] * 4),
        ({"template": "{type:sentence}, {size:lower}"}, ["Soup & stew, 8 oz", None, "1 ct", None]),
        ({"template": "<{type:title}> {size}!"}, ["<Soup & Stew> 8 OZ!", None, "1 CT!", None]),
        ({"template": "no {code}"}, ["no 1", "no 2", "no 3", None]),
        ({"first": [Column(column="type"), Column(column="size")]}, ["SOUP  & STEW", None, "1 CT", None]),
        ({"column": "size", "default": "?"}, ["8 OZ", "?", "1 CT", "?"]),
        ({"column": "code", "values": {"1": "one", "3": "three"}}, ["one", "2", "three", None]),
    ],
)
def test_a_field_is_what_the_mapping_makes_of_the_columns(said: dict[str, Any], expected: list[Any]) -> None:
    assert read(**said) == expected


def test_whole_floats_read_like_integers() -> None:
    assert text_of(FRAME["weight"]).to_list() == ["1", "2.5", "NaN", None]


def test_categories_are_texts() -> None:
    assert text_of(pl.Series([" a ", "", None], dtype=pl.Categorical)).to_list() == ["a", None, None]


def test_no_rows_give_no_values() -> None:
    column = Column(template="{type}, {size}")
    assert raw_values(column, FRAME.head(0)).to_list() == []
