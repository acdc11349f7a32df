"""Reckonings: numbers of values, or none."""

import ast
import operator
from collections.abc import Callable
from math import isfinite
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
        (-0.5, {}, -0.5),
        ("trait.income", {"trait.income": float("inf")}, None),
        ("-trait.income", {"trait.income": float("nan")}, None),
        ("trait.income", {"trait.income": 10**400}, None),
        ("trait.income", {"trait.income": "2"}, None),
        ("1 / (trait.income * 1e300)", {"trait.income": 1e300}, None),
        ("trait.income / -0.0", {"trait.income": 2}, None),
        ("0 * trait.income", {}, None),
        ("8 - 4 - 2 * 2 / 4", {}, 3.0),
        ("trait.income > 3 || context.on ? 1 : 2", {"context.on": True}, 1.0),
        ("context.on ? 1 / profile.streak : 2", {"context.on": False, "profile.streak": 0}, 2.0),
        ("(context.on ? 1 : trait.income) + 1", {"context.on": True}, 2.0),
        ("trait.vip ? 1 : context.on ? 2 : 3", {"trait.vip": False, "context.on": False}, 3.0),
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
        ("", "column 1: it ends where more was expected"),
        ("context.page", "column 1: the whole is a text, not a number"),
        ("trait.income %", "column 14: '%' is none of"),
        ("2 *\n trait.incom", "line 2, column 2: a known name; close to it: trait.income"),
        ("context.on ? 1 : 'a'", "column 12: '?:' does not go with"),
        ("context.on + 1", "column 12: '+' does not go with true or false and a number"),
        ("max(1, 2)", "column 1: 'max' cannot be called"),
        ("1e999", "column 1: a number that a double can hold"),
        ("context.on ? trait.income", "column 26: it ends where more was expected"),
    ],
)
def test_what_gives_no_number_is_refused_with_its_column(told: str, expected: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        Reckoning(told, NAMES, "worth")
    assert refused.value.field == "worth" and expected in refused.value.expected


@pytest.mark.parametrize("told", [float("inf"), -float("inf"), float("nan"), 10**400])
def test_what_is_no_finite_number_is_refused(told: float) -> None:
    with pytest.raises(InvalidValue, match=r"^worth: .*a number that a double can hold"):
        Reckoning(told, NAMES)


_numbers = st.sampled_from(["trait.income", "profile.spent.dairy.30d", "profile.streak", "2", "0.25", "0", "1e200"])
_sums = st.recursive(
    _numbers,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from([" + ", " - ", " * ", " / "]), inner).map("".join),
        inner.map(lambda told: f"({told})"),
        inner.map(lambda told: f"-({told})"),
        _numbers.map(lambda told: f"-{told}"),
    ),
    max_leaves=8,
)
_found = st.none() | st.floats(allow_nan=False, allow_infinity=False) | st.integers(-5, 5)


@given(_sums, _found, _found, st.integers(0, 4))
def test_a_reckoning_is_what_python_reckons(text: str, income: float | None, spent: float | None, streak: int) -> None:
    values = {"trait.income": income, "profile.spent.dairy.30d": spent, "profile.streak": streak}
    python = text.replace("trait.income", "a").replace("profile.spent.dairy.30d", "b").replace("profile.streak", "c")
    expected = _by_python(ast.parse(python, mode="eval").body, dict(zip("abc", values.values(), strict=True)))
    assert Reckoning(text, NAMES).value(values) == expected


def _by_python(of: ast.expr, values: dict[str, float | None]) -> float | None:
    """What Python says where every step has a finite number, else None."""
    match of:
        case ast.Constant(value=int() | float() as told):
            return float(told)
        case ast.Name(id=name):
            value = values[name]
            return None if value is None else float(value)
        case ast.UnaryOp(operand=operand):
            inside = _by_python(operand, values)
            return None if inside is None else -inside
        case ast.BinOp(left=left, op=operation, right=right):
            one, other = _by_python(left, values), _by_python(right, values)
            if one is None or other is None:
                return None
            try:
                result = _OPERATIONS[type(operation)](one, other)
            except ZeroDivisionError:
                return None
            return result if isfinite(result) else None
    raise AssertionError(ast.dump(of))


_OPERATIONS: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


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
