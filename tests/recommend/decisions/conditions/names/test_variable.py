"""Variables: what is said of their values goes together, and what is found is taken as CEL takes it."""

from typing import Any

import pytest

from graph import InvalidValue
from recommend.decisions.conditions import Value, ValueType, Variable


@pytest.mark.parametrize(
    "told, expected",
    [
        ({"type": ValueType.TEXT, "least": 0}, "a number, where it has a least"),
        ({"type": ValueType.BOOL, "whole": True}, "a number, where it has a least"),
        ({"type": ValueType.NUMBER, "least": 3, "most": 2}, "the least no greater than the most"),
        ({"type": ValueType.NUMBER, "most": float("inf")}, "finite numbers"),
        ({"type": ValueType.NUMBER, "choices": ("a",)}, "one choice or more, of a text"),
        ({"type": ValueType.TEXT, "choices": ()}, "one choice or more, of a text"),
    ],
)
def test_what_does_not_go_together_is_refused(told: dict[str, Any], expected: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        Variable("trait.a", **told)
    assert refused.value.field == "trait.a" and expected in refused.value.expected


@pytest.mark.parametrize(
    "kind, found, expected",
    [
        (ValueType.NUMBER, 3, 3.0),
        (ValueType.NUMBER, True, 1.0),
        (ValueType.NUMBER, 2**53 + 1, 2.0**53),
        (ValueType.NUMBER, 10**400, None),
        (ValueType.NUMBER, "3", None),
        (ValueType.TEXT, "é", "é"),
        (ValueType.TEXT, 3, None),
        (ValueType.TEXT, "\ud800", None),
        (ValueType.TEXT, "a\0", None),
        (ValueType.BOOL, False, False),
        (ValueType.BOOL, 1, None),
        (ValueType.TEXTS, ("a", "b"), ["a", "b"]),
        (ValueType.TEXTS, "ab", None),
        (ValueType.TEXTS, ["a", 1], None),
        (ValueType.TEXT, None, None),
    ],
)
def test_a_value_of_another_type_is_none(kind: ValueType, found: Any, expected: Value | None) -> None:
    told = Variable("trait.a", kind).value(found)
    assert told == expected and type(told) is type(expected)
