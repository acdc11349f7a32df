"""Reckonings: numbers of values, or none."""

from typing import Any

import pytest

from graph import InvalidValue
from recommend.decisions.conditions import Reckoning
from tests.recommend.decisions.conditions.some_conditions import NAMES


@pytest.mark.parametrize(
    "told, values, expected",
    [
        (2, {}, 2.0),
        ("2 + 3 * 4 - 1", {}, 13.0),
        ("(2 + 3) * -trait.income", {"trait.income": 2}, -10.0),
        ("trait.income / 4", {"trait.income": 2}, 0.5),
        ("trait.income / profile.streak", {"trait.income": 2, "profile.streak": 0}, None),
        ("trait.income * 1e300", {"trait.income": 1e300}, None),
        ("trait.income + 1", {}, None),
        ("known(trait.income) ? trait.income : 7", {}, 7.0),
        ("context.on && trait.vip ? 1 : 2", {"context.on": False}, 2.0),
        ("context.on ? 1 : 2", {}, None),
    ],
)
def test_a_reckoning_is_a_number_or_none(told: float | str, values: dict[str, Any], expected: float | None) -> None:
    assert Reckoning(told, NAMES).value(values) == expected


@pytest.mark.parametrize(
    "told, expected",
    [
        ("trait.incom * 2", "column 1: a known name; close to it: trait.income"),
        ("context.on", "column 1: the whole is true or false, not a number"),
        ("trait.income * 'a'", "column 14: '*' does not go with a number and a text"),
        ("context.on ? trait.income", "column 26: it ends where more was expected"),
    ],
)
def test_what_gives_no_number_is_refused_with_its_column(told: str, expected: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        Reckoning(told, NAMES, "worth")
    assert refused.value.field == "worth" and expected in refused.value.expected


def test_a_reckoning_knows_what_it_reads() -> None:
    names = [variable.name for variable in Reckoning("trait.income + (context.on ? 1 : 0)", NAMES).variables]
    assert names == ["trait.income", "context.on"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("context.page + 'a' == 'ba' ? 1 : 2", "'+' only between numbers"),
        ("context.page.matches('(') ? 1 : 2", "a pattern"),
        (" + ".join(["trait.income"] * 60), "nested too deeply"),
    ],
)
def test_what_a_condition_may_not_say_no_reckoning_may(text: str, said: str) -> None:
    with pytest.raises(InvalidValue, match=r"^worth: ") as refused:
        Reckoning(text, NAMES)
    assert said in refused.value.expected
