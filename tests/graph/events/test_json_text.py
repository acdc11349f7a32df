"""Faults of JSON in words a merchant's developer understands."""

from typing import Annotated

import pytest
from msgspec import Meta, Struct
from msgspec.json import Decoder

from graph import InvalidValue
from graph.events.family import Currency
from graph.events.json_text import read


class Item(Struct, forbid_unknown_fields=True):
    id: Annotated[str, Meta(min_length=1, max_length=5)]
    count: Annotated[int, Meta(ge=1)] | None = None
    weight: Annotated[float, Meta(ge=0, le=10)] = 0.0
    currency: Currency = ""
    flag: bool = False
    tags: Annotated[list[str], Meta(max_length=2)] = []
    inner: "list[Item]" = []


ITEM = Decoder(Item)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"id": 3}', "id: got 3, expected a string"),
        ('{"id": ""}', "id: got '', expected a string of at least 1 characters"),
        ('{"id": "abcdef"}', "id: got 'abcdef', expected a string of at most 5 characters"),
        ("{}", "id: got None, expected a value"),
        ("[]", "body: got [], expected an object"),
        ('{"id": "a", "count": 0}', "count: got 0, expected a whole number of at least 1"),
        ('{"id": "a", "count": 1.5}', "count: got 1.5, expected a whole number"),
        ('{"id": "a", "weight": 11}', "weight: got 11, expected a number of at most 10"),
        ('{"id": "a", "weight": "1"}', "weight: got '1', expected a number"),
        (
            '{"id": "a", "currency": "usd"}',
            "currency: got 'usd', expected a currency code of three capital letters, such as USD",
        ),
        ('{"id": "a", "flag": "yes"}', "flag: got 'yes', expected true or false"),
        ('{"id": "a", "tags": {}}', "tags: got {}, expected a list"),
        ('{"id": "a", "tags": ["a", 2]}', "tags[1]: got 2, expected a string"),
        ('{"id": "a", "inner": [{"id": "b"}, {"id": null}]}', "inner[1].id: got None, expected a string"),
        ('{"id": "a", "inner": [{}]}', "inner[0].id: got None, expected a value"),
        ('{"id": "a", "inner": [{"id": "b", "x": 7}]}', "inner[0].x: got 7, expected no field of this name"),
    ],
)
def test_a_fault_names_field_value_and_expectation(text: str, message: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        read(ITEM, text.encode())
    assert str(refused.value) == message


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"", "truncated"),
        (b'{"id": ', "truncated"),
        (b'{"id": NaN}', "invalid character"),
        (b'{"id": "a", "weight": Infinity}', "invalid character"),
        (b'{"id": "\xff"}', "utf-8"),
        (b'{"id": "\\ud800"}', "truncated"),
        (b'{"id": "a", "inner": ' + b"[" * 100_000, "nested"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_broken_text_is_told_as_such(text: bytes, why: str) -> None:
    with pytest.raises(InvalidValue, match=why) as refused:
        read(ITEM, text)
    assert refused.value.field == "body"


def test_a_fault_is_placed_in_what_is_around_it() -> None:
    with pytest.raises(InvalidValue, match=r"^items\[2\]\.id: got 3, expected a string$"):
        read(ITEM, b'{"id": 3}', "items[2]")
    with pytest.raises(InvalidValue, match=r"^items\[2\]: got 3, expected an object$"):
        read(ITEM, b"3", "items[2]")
