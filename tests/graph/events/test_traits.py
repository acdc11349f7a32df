"""Named values, flat and typed."""

from typing import Any

import pytest

from graph import InvalidValue
from graph.events.traits import choices, traits, wishes


def test_objects_within_get_names_with_dots() -> None:
    assert traits({"a": 1, "b": {"c": {"d": "x"}, "e": True}}, "traits") == {"a": 1, "b.c.d": "x", "b.e": True}


def test_nulls_and_lists_are_no_traits() -> None:
    assert traits({"a": None, "b": [1, 2], "c": 0.5}, "traits") == {"c": 0.5}
    assert traits(None, "traits") == {}


@pytest.mark.parametrize(
    ("values", "field"),
    [
        (3, "traits"),
        ([], "traits"),
        ({"": 1}, "traits"),
        ({"x" * 257: 1}, "traits"),
        ({"age": 2**53 + 1}, "traits.age"),
        ({"note": "x" * 8193}, "traits.note"),
        ({"a": {"b": {"c": {"d": {"e": 1}}}}}, "traits.a.b.c.d"),
        ({"a" * 200: {"b" * 200: 1}}, "traits"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_what_is_no_trait_is_refused(values: Any, field: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        traits(values, "traits")
    assert refused.value.field == field


def test_a_wish_is_a_value_or_a_list_of_texts() -> None:
    stated = {"disliked_brands": ["Acme"], "size": "XL", "loud": False}
    assert wishes(stated, "preferences") == stated


@pytest.mark.parametrize(
    ("values", "field"),
    [
        (None, "preferences"),
        ({"a": [1]}, "preferences.a[0]"),
        ({"a": None}, "preferences.a"),
        ({"a": {"b": 1}}, "preferences.a"),
    ],
)
def test_what_is_no_wish_is_refused(values: Any, field: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        wishes(values, "preferences")
    assert refused.value.field == field


@pytest.mark.parametrize(("values", "field"), [(None, "consents"), ({"marketing": "no"}, "consents.marketing")])
def test_a_choice_is_true_or_false(values: Any, field: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        choices(values, "consents")
    assert refused.value.field == field
    assert choices({"marketing": False}, "consents") == {"marketing": False}
