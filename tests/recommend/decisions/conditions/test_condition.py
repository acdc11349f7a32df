"""Conditions: read, type-checked with the author's columns, and true, false or not known as CEL says."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph import InvalidValue
from recommend.decisions.conditions import Condition, ValueType, Variable, Vocabulary
from recommend.decisions.conditions.language.cel_text import compiled, identifier
from recommend.decisions.conditions.language.part import Computed
from recommend.decisions.conditions.language.tree import leaves
from tests.recommend.decisions.conditions.some_conditions import NAMES, any_values, texts

ODD = Vocabulary.of(
    [
        Variable("profile.spent", ValueType.NUMBER),
        Variable("profile.spent.my-own & dear.30d", ValueType.NUMBER),
        Variable("profile.last_page", ValueType.TEXT),
        Variable("profile.last_page.app", ValueType.TEXT),
    ]
)


@given(texts, any_values)
def test_the_tree_says_what_cel_says_of_the_whole(text: str, values: dict[str, Any]) -> None:
    condition = Condition(text, NAMES)
    whole = replace(Computed.of(condition.expression), strict=False)
    assert condition.evaluate(values) is whole.truth(lambda variable: values.get(variable.name))


_atoms = st.sampled_from(
    [
        "context.on",
        "!trait.vip",
        "!!trait.vip",
        "!known(trait.income)",
        "trait.income > 1.0",
        "2.0 - trait.income - profile.streak * 3.0 < -1.0",
        "-trait.income * 2.0 - -1.0 >= profile.streak + 1.0",
        "trait.income + profile.streak in [1.0, -2.0, 4.0]",
        "profile.streak < 2.0 == context.on",
        "context.on != trait.vip == true",
        "context.page.startsWith('a') == trait.vip",
        "'a' in context.tags",
    ]
)
_unbracketed = st.recursive(
    _atoms,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from([" && ", " || "]), inner).map("".join),
        st.tuples(_atoms, inner, inner).map(lambda told: "{} ? ({}) : {}".format(*told)),
        st.tuples(inner, _atoms, _atoms).map(lambda told: "{} || {} && {}".format(*told)),
    ),
    max_leaves=6,
)


def _said_by_cel(text: str, values: dict[str, Any]) -> bool | None:
    """What CEL says of the author's own text, each name under an identifier of its type."""
    data: dict[str, Any] = {}
    for number, (name, variable) in enumerate(NAMES.variables.items()):
        value, known, own = values.get(name), identifier(None, number), identifier(variable.type, number)
        text = text.replace(f"known({name})", known).replace(name, own)
        data[known] = value is not None
        if value is not None:
            data[own] = float(value) if variable.type is ValueType.NUMBER else value
    try:
        told: bool = compiled(text).eval(data=data).value()
    except Exception:  # the library names no errors of its own
        return None
    return told if isinstance(told, bool) else None


@given(_unbracketed, any_values)
def test_what_stands_without_brackets_is_joined_as_cel_joins_it(text: str, values: dict[str, Any]) -> None:
    small = {
        name: value
        for name, value in values.items()
        if NAMES.variables[name].type is not ValueType.NUMBER or abs(value) < 1e9
    }  # of numbers too great for a double CEL says otherwise
    assert Condition(text, NAMES).evaluate(small) is _said_by_cel(text, small)


@pytest.mark.parametrize(
    "text, values, expected",
    [
        ("trait.income > 3", {"trait.income": 4}, True),
        ("3 < trait.income", {"trait.income": 3}, False),
        ("trait.income > .5 && trait.income < 1e3", {"trait.income": 0.75}, True),
        ("trait.income > 3", {}, None),
        ("trait.income > 3", {"trait.income": None}, None),
        ("trait.income > 3", {"trait.income": "4"}, None),
        ("trait.income > 3", {"trait.income": 10**400}, None),
        ("trait.vip", {"trait.vip": 1}, None),
        ("trait.income > 3 || context.on", {"context.on": True}, True),
        ("trait.income > 3 && context.on", {"context.on": False}, False),
        ("trait.income > 3 && context.on", {"context.on": True}, None),
        ("!known(trait.income)", {}, True),
        ("known(trait.income)", {"trait.income": "much"}, False),
        ("(known(trait.income) ? trait.income : 5) > 3", {}, True),
        ("known(trait.income) ? trait.income > 3 : context.on", {"context.on": True}, True),
        ("trait.income ? true : false", None, None),
        ('context.page == "it\'s \\"so\\""', {"context.page": 'it\'s "so"'}, True),
        ('context.page.contains("&&") && context.page.endsWith(".")', {"context.page": "a && b."}, True),
        ('"new" in context.tags', {"context.tags": ("old", "new")}, True),
        ('"new" in context.tags', {"context.tags": ["new", 1]}, None),
        ('context.page == "a"', {"context.page": "a\0b"}, None),
        ('context.page != "a"', {"context.page": "\ud800"}, None),
        ("trait.income in [1, -2, 3]", {"trait.income": -2}, True),
        ("trait.income / profile.streak > 1", {"trait.income": 1, "profile.streak": 0}, None),
        ("trait.income * 1e300 > 1", {"trait.income": 1e300}, None),
        ("1 / (trait.income * 1e300) < 1", {"trait.income": 1e300}, None),
        ("profile.streak == 0 || trait.income / profile.streak > 1", {"trait.income": 1, "profile.streak": 0}, True),
        ("1 > 2", {}, False),
        ("profile.spent.dairy.30d >= 12.5", {"profile.spent.dairy.30d": 12.5}, True),
        ("profile.views.7d - 1 > 1", {"profile.views.7d": 3}, True),
        ('context.page.matches("^a+$")', {"context.page": "aab"}, False),
        ('context.page.matches("a")', {"context.page": "bab"}, True),
        ("context.page.startsWith('a\\x00')", {"context.page": "a"}, False),
        ("context.page == 'a\\x00b'", {"context.page": "a"}, False),
        ("context.page == '\\U0001F600'", {"context.page": "😀"}, True),
        ("trait.income in []", {"trait.income": 1}, False),
        ("trait.income in []", {}, None),
        ("trait.income in [--1, -.5,]", {"trait.income": 1}, True),
        ("trait.vip < true", {"trait.vip": False}, True),
    ],
)
def test_a_condition_is_true_false_or_not_known(
    text: str, values: dict[str, Any] | None, expected: bool | None
) -> None:
    if values is None:
        with pytest.raises(InvalidValue):
            Condition(text, NAMES)
    else:
        assert Condition(text, NAMES).evaluate(values) is expected


@pytest.mark.parametrize(
    "text, expected",
    [
        ("trait.incom > 3", "column 1: a known name; close to it: trait.income; 'trait.incom' is none"),
        ("context.on && profile.spent.dairy.7d > 3", "column 15: a known name; close to it: profile.spent.dairy.30d"),
        ("trait.income > 'x'", "column 14: '>' does not go with a number and a text"),
        ("profile.spent.dairy.30d > 3 && trait.income == 'x'", "column 45: '==' does not go with a number and a text"),
        ("trait.income > 3 && context.page", "column 18: '&&' does not go with true or false and a text"),
        ("context.on &&\n  trait.income > 'x'", "line 2, column 16: '>' does not go with"),
        ("trait.income + 1", "column 1: the whole is a number, not true or false"),
        ("  context.page", "column 3: the whole is a text, not true or false"),
        ("trait.income >", "column 15: it ends where more was expected"),
        ("", "column 1: it ends where more was expected"),
        ("(context.on", "column 12: Syntax error: missing ')' at the end"),
        ("context.on trait.vip", "column 12: Syntax error: extraneous input 'trait.vip'"),
        ("trait.income = 3", "column 14: '==' for is equal to"),
        ("trait.income > 0x10", "column 16: numbers as in 3, 0.5 or 2e6"),
        ("trait.income > 30d", "column 16: numbers as in 3"),
        ("trait.income > 1e999", "column 16: a number that a double can hold"),
        ("trait.income % 2 == 0", "column 14: '%' is none of"),
        ("context.page == null", "column 17: a known name of profile, trait, context; 'null' is none"),
        ("size(context.page) > 1", "column 1: 'size' cannot be called"),
        ("has(trait.income)", "column 1: 'has' cannot be called"),
        ("context.tags.all(tag, tag == 'a')", "column 1: 'context.tags.all' cannot be called"),
        ("[1].map(a, a) == [1]", "column 1: a list only after 'in'"),
        ("context.tags == context.tags", "column 1: a list of texts only after 'in'"),
        ("trait.income in [trait.income]", "column 17: only literals in a list"),
        ("trait.income in [3 - 2]", "column 17: only literals in a list"),
        ("trait.income in [1, 3 -2]", "column 17: only literals in a list"),
        ("context.on & trait.vip", "column 12: '&&' for and"),
        ("context.on | trait.vip", "column 12: '||' for or"),
        ("context.page == 'a", "column 17: a text that ends with ' on its own line"),
        ('context.on &&\n context.page == "a\nb"', 'line 2, column 18: a text that ends with " on its own line'),
        ("context.page == '😀é' && trait.income > 'x'", "column 38: '>' does not go with a number and a text"),
        ("context.tags.exists(tag, tag == 'a')", "column 1: 'context.tags.exists' cannot be called"),
        ("context.page.size() > 1", "column 1: 'context.page.size' cannot be called"),
        ("trait.income.startsWith('a')", "column 24: 'startsWith' does not go with a number and a text"),
        ("!trait.income", "column 1: '!' does not go with a number"),
        ("context.on and trait.vip", "column 12: a known name of profile, trait, context; 'and' is none"),
        ("context.page.matches('\\\\d')", "column 21: matches of one literal pattern"),
        (f"context.page.matches('{'a' * 101}')", "column 21: matches of one literal pattern of at most 100"),
        ("trait.income in [1, 'a']", "column 17: literals of one type in a list"),
        ("trait.income in ['a']", "column 14: 'in' does not go with a number and a list of texts"),
        ("context.page + 'a' == 'aa'", "column 1: '+' only between numbers"),
        ("context.page == r'a'", "column 17: a known name"),
        ("context.page == 'a' 'b'", "column 21: texts in one pair of quotes"),
        ("context.page == '\ud800'", "column 17: a text that can be written as UTF-8"),
        ("context.page == 'a\0'", "column 17: a text that can be written as UTF-8"),
        ("context.page.matches(trait.plan)", "column 21: matches of one literal pattern"),
        ("context.page.matches('a{99}')", "column 21: matches of one literal pattern"),
        ("context.page.matches('(')", "column 22: a pattern; invalid regular expression: missing )"),
        ("startsWith(context.page, 'a')", "column 1: 'startsWith' only as in name.startsWith(…)"),
        ("context.page(1)", "column 13: 'context.page' cannot be called"),
        ("known(trait.incom)", "column 7: a known name; close to it: trait.income"),
        ("known(trait.income + 1)", "column 6: known of one name"),
        ("known == true", "column 1: known as in known(trait.income)"),
        ("context.on // && trait.vip", "column 12: no comments"),
        ("{1: 2} == {1: 2}", "column 1: '{' is none of"),
        ("context.on ? 1 : 'a'", "column 12: '?:' does not go with"),
        ("(" * 17 + "context.on" + ")" * 17, "column 17: brackets at most 16 deep"),
        ("!" * 101 + "context.on", "column 101: at most 100 operators"),
        ("context.on" + " " * 2000, "column 2001: at most 2000 characters"),
    ],
)
def test_what_is_no_condition_is_refused_with_the_column_in_the_authors_text(text: str, expected: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        Condition(text, NAMES, "actions/tea.yaml: when")
    assert refused.value.field == "actions/tea.yaml: when" and refused.value.value == text
    assert f"a condition; {expected}" in refused.value.expected


@given(st.text(alphabet="ti.cn&|!()?:<>=+-*/[]\"',\\ 1ab\n", max_size=30))
def test_any_text_is_a_condition_or_an_invalid_value(text: str) -> None:
    short = Vocabulary.of([Variable("trait.a", ValueType.NUMBER), Variable("trait.b", ValueType.BOOL)])
    for written in (text, f"trait.b && {text}", f"trait.a {text}"):
        try:
            assert Condition(written, short).evaluate({"trait.a": 1, "trait.b": True}) in (True, False, None)
        except InvalidValue as refused:
            assert "column" in refused.expected


def test_the_longest_name_is_read() -> None:
    assert Condition("profile.spent.my-own & dear.30d > profile.spent", ODD).names == {
        "profile.spent",
        "profile.spent.my-own & dear.30d",
    }
    assert Condition("profile.spent-3 > 1", ODD).evaluate({"profile.spent": 5}) is True
    assert Condition("profile.last_page.startsWith('a')", ODD).names == {"profile.last_page"}
    assert Condition("profile.last_page.app .contains('a')", ODD).names == {"profile.last_page.app"}
    with pytest.raises(InvalidValue, match=r"column 1: a known name; close to it: profile.last_page.app"):
        Condition("profile.last_page.ap == 'a'", ODD)


def test_a_hundred_parts_may_be_joined_and_some_be_nested() -> None:
    chain = " && ".join(["trait.income > 0"] * 50)
    assert Condition(chain, NAMES).evaluate({"trait.income": 1}) is True
    sum_of_many = " + ".join(["trait.income"] * 25)
    assert Condition(f"{sum_of_many} > 24", NAMES).evaluate({"trait.income": 1}) is True
    choices = "context.on ? false : " * 25 + "!trait.vip"
    assert Condition(choices, NAMES).evaluate({"context.on": False, "trait.vip": False}) is True
    divided = "1 / (" * 6 + "trait.income" + ")" * 6
    assert Condition(f"{divided} == 0.5", NAMES).evaluate({"trait.income": 0.5}) is True


@pytest.mark.parametrize(
    "text",
    [
        " + ".join(["trait.income"] * 30) + " > 99",
        " + ".join(["trait.income"] * 60) + " > 99",
        "context.on ? false : " * 60 + "!trait.vip",
        "1 / (" * 15 + "trait.income" + ")" * 15 + " == 2",
    ],
)
def test_what_cel_does_not_read_so_far_down_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue, match="column 1: fewer operators in one chain"):
        Condition(text, NAMES)


def test_every_part_that_says_the_same_of_other_names_is_compiled_once() -> None:
    one, other = (Condition(f"{name} * 2 > 7", NAMES).tree for name in ("trait.income", "profile.spent.dairy.30d"))
    assert one != other
    [mine], [theirs] = ([leaf.part for leaf in leaves(tree)] for tree in (one, other))
    assert isinstance(mine, Computed) and isinstance(theirs, Computed)
    assert mine.cel == theirs.cel
