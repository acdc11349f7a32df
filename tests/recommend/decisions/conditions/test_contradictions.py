"""Contradictions: what no values can make true is told, and nothing else is."""

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from recommend.decisions.conditions import Condition, impossible
from recommend.decisions.conditions.contradictions import MAX_BRANCHES
from tests.recommend.decisions.conditions.some_conditions import NAMES, plain_texts, texts, values_in_range


@pytest.mark.parametrize(
    "text, expected",
    [
        ("trait.income > 5 && trait.income < 3", "trait.income > 5 and trait.income < 3 cannot both be true"),
        ("trait.income > 3 && 3 >= trait.income", "trait.income > 3 and 3 >= trait.income cannot both be true"),
        (
            "profile.views.7d > 2 && profile.views.7d < 3",
            "profile.views.7d > 2 and profile.views.7d < 3 cannot both be true: "
            "profile.views.7d is a whole number of 0 or more",
        ),
        (
            "profile.views.7d < 0",
            "profile.views.7d < 0 cannot be true: profile.views.7d is a whole number of 0 or more",
        ),
        ("profile.streak >= 5", "profile.streak >= 5 cannot be true: profile.streak is a whole number from 0 to 4"),
        ("!(profile.streak < 5)", "!(profile.streak < 5) cannot be true"),
        ("profile.streak == 1.5", "profile.streak == 1.5 cannot be true"),
        ("context.page == 'a' && context.page == 'b'", "context.page == 'a' and context.page == 'b' cannot both be"),
        ("context.page == 'a' && context.page in ['b', 'c']", "cannot both be true"),
        ("context.page == 'a' && context.page.startsWith('b')", "cannot both be true"),
        ("context.page < 'a' && context.page > 'b'", "cannot both be true"),
        ("context.page < ''", "context.page < '' cannot be true"),
        ("trait.plan == 'c'", "trait.plan == 'c' cannot be true: trait.plan is one of a, b"),
        ("trait.plan != 'a' && trait.plan != 'b'", "trait.plan is one of a, b"),
        ("context.page in []", "context.page in [] cannot be true"),
        ("context.on && !context.on", "context.on and !(context.on) cannot both be true"),
        ("context.on == true && context.on == false", "cannot both be true"),
        ("trait.income * 2 > 3 && !(trait.income*2 > 3.0)", "cannot both be true"),
        ("'a' in context.tags && !('a' in context.tags)", "cannot both be true"),
        ("!known(trait.income) && trait.income > 3", "!(known(trait.income)) and trait.income > 3 cannot both be"),
        ("!known(trait.income) && !(trait.income > 3)", "cannot both be true"),
        ("!known(profile.streak)", "!(known(profile.streak)) cannot be true: profile.streak always has a value"),
        ("known(trait.income) && !known(trait.income)", "cannot both be true"),
        ("profile.views.7d in [0.5, 1.5]", "profile.views.7d is a whole number of 0 or more"),
        (
            "trait.income in [1, 2] && trait.income > 2",
            "trait.income in [1, 2] and trait.income > 2 cannot both be true",
        ),
        ("trait.plan in ['c', 'd']", "trait.plan is one of a, b"),
        ("trait.vip != true && trait.vip != false", "trait.vip != true and trait.vip != false cannot both be true"),
        ("1 / 0 > 1", "1 / 0 > 1 cannot be true"),
        ("profile.views.7d\n  < 0", "profile.views.7d < 0 cannot be true"),
        ("false", "false cannot be true"),
        ("2 < 1", "2 < 1 cannot be true"),
        ("trait.income >= 1 && trait.income <= 1 && trait.income != 1", "cannot all be true"),
        ("(context.on || trait.vip) && !(context.on || trait.vip)", "cannot both be true"),
        ("profile.streak > 4 || profile.views.7d < 0", "profile.streak > 4 cannot be true: profile.streak is a whole"),
        ("context.on ? profile.streak > 9 : profile.streak < 0", "profile.streak > 9 cannot be true"),
        ("!(trait.income < 5 || trait.income > 3)", "!(trait.income < 5) and !(trait.income > 3) cannot both be true"),
    ],
)
def test_what_cannot_come_true_is_said_in_the_authors_words(text: str, expected: str) -> None:
    assert expected in (impossible(Condition(text, NAMES)) or "")


@pytest.mark.parametrize(
    "text",
    [
        "trait.income > 3 && trait.income < 5",
        "trait.income >= 3 && trait.income <= 3",
        "profile.views.7d > 2 && profile.views.7d < 4",
        "profile.streak >= 4",
        "profile.streak > 9 || context.on",
        "!known(trait.income) || trait.income > 3",
        "known(trait.income) ? trait.income > 3 : context.on",
        "trait.plan != 'a' && context.page != 'b'",
        "(known(trait.income) ? trait.income : 5) > 3 && !known(trait.income)",
        "trait.income > profile.streak && trait.income < profile.streak",
        "'a' in context.tags && 'b' in context.tags",
        "profile.views.7d > 1.5 && profile.views.7d < 2.5",
        "trait.income > 2 && trait.income < 3",
        "trait.income == 0 && trait.income == -0.0",
        "profile.views.7d in [0.5, 1]",
        "trait.income in [1, 2] && trait.income >= 2",
        "trait.plan != 'a'",
        "context.page > 'a' && context.page < 'aa'",
        "context.page.startsWith('a') && !context.page.endsWith('a')",
        "!(trait.vip == true) && known(trait.vip)",
        "trait.vip != false || profile.streak > 9",
        "trait.income + 1 > 5 && profile.streak < 1",
    ],
)
def test_what_may_come_true_is_let_be(text: str) -> None:
    assert impossible(Condition(text, NAMES)) is None


def test_all_ways_in_which_it_cannot_come_true_are_told_up_to_three() -> None:
    told = impossible(Condition(" || ".join(f"profile.streak > {bound}" for bound in (5, 6, 7, 8)), NAMES))
    assert told is not None and told.count("cannot be true") == 3


def test_beyond_the_most_ways_nothing_is_said() -> None:
    ways = " && ".join(["(profile.streak > 5 || profile.streak > 6)"] * 9)
    assert MAX_BRANCHES < 2**9 and impossible(Condition(ways, NAMES)) is None
    assert impossible(Condition(ways.rpartition(" && ")[0], NAMES)) is not None


_narrow = st.lists(
    st.sampled_from(["trait.income", "profile.streak"]).flatmap(
        lambda name: st.tuples(
            st.sampled_from(["", "!"]), st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), st.integers(0, 5)
        ).map(lambda told: f"{told[0]}({name} {told[1]} {told[2]})")
    ),
    min_size=2,
    max_size=5,
).map(" && ".join)


@given(texts | plain_texts | _narrow, st.lists(values_in_range, min_size=1, max_size=20))
@example("profile.streak > 4", [{"profile.streak": 4, "profile.views.7d": 0}])
def test_what_is_said_to_be_impossible_is_never_true(text: str, several: list[dict[str, Any]]) -> None:
    condition = Condition(text, NAMES)
    if impossible(condition) is not None:
        assert not any(condition.evaluate(values) is True for values in several)


@given(_narrow)
def test_of_one_whole_number_whatever_never_comes_true_is_found(text: str) -> None:
    condition = Condition(text.replace("trait.income", "profile.streak"), NAMES)
    ever = any(condition.evaluate({"profile.streak": number}) for number in range(5))
    assert (impossible(condition) is None) is ever
