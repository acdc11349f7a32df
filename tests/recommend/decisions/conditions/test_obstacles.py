"""Why a condition is not true: the fewest parts, in the author's words, with what was found."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommend.decisions.conditions import Condition
from recommend.decisions.conditions.language.part import Part
from recommend.decisions.conditions.language.tree import And, Leaf, Not, Or, Tree, leaves, truth
from recommend.decisions.conditions.obstacles import obstacles
from tests.recommend.decisions.conditions.some_conditions import NAMES, any_values, texts


@pytest.mark.parametrize(
    "text, values, expected",
    [
        ("profile.streak >= 3", {"profile.streak": 2}, ["profile.streak >= 3 (it is 2)"]),
        ("trait.income > 1000", {}, ["trait.income > 1000 (not known)"]),
        ("trait.income > 1000", {"trait.income": 1001}, []),
        ("profile.streak >= 3 && trait.income > 9", {"profile.streak": 2}, ["profile.streak >= 3 (it is 2)"]),
        ("trait.income > 9 && profile.streak >= 3", {"profile.streak": 2}, ["profile.streak >= 3 (it is 2)"]),
        (
            "context.on || trait.plan == 'a'",
            {"context.on": False, "trait.plan": "b"},
            ["context.on (it is false)", "trait.plan == 'a' (it is \"b\")"],
        ),
        (
            "(context.on || trait.vip) && trait.income >\n  9",
            {"context.on": False, "trait.vip": False, "trait.income": 8.5},
            ["trait.income > 9 (it is 8.5)"],
        ),
        ("!context.on", {"context.on": True}, ["!context.on (it is true)"]),
        (
            "!(context.on && trait.vip)",
            {"context.on": True, "trait.vip": True},
            ["context.on (it is true)", "trait.vip (it is true)"],
        ),
        (
            "context.on ? trait.vip : trait.income > 3",
            {"context.on": True, "trait.vip": False, "trait.income": 5},
            ["context.on (it is true)", "trait.vip (it is false)"],
        ),
        ("context.on ? trait.vip : true", {}, ["context.on (not known)"]),
        ("known(trait.income)", {}, ["known(trait.income) (not known)"]),
        ("'a' in context.tags", {"context.tags": ["b", "c"]}, ['\'a\' in context.tags (it is ["b", "c"])']),
        (
            "trait.income / profile.streak > 2",
            {"trait.income": 3},
            ["trait.income / profile.streak > 2 (trait.income: 3, profile.streak: not known)"],
        ),
        ("1 / trait.income > 2", {"trait.income": 0}, ["1 / trait.income > 2 (it is 0, which cannot be reckoned)"]),
        ("false", {}, ["false"]),
        ("context.page == 'a'", {"context.page": "b" * 99}, [f"context.page == 'a' (it is \"{'b' * 78}…)"]),
        ("context.on || context.on", {"context.on": False}, ["context.on (it is false)"]),
    ],
)
def test_what_kept_it_from_being_true_is_told(text: str, values: dict[str, Any], expected: list[str]) -> None:
    assert Condition(text, NAMES).why(values) == expected


@given(texts, any_values)
def test_only_what_is_not_true_has_obstacles(text: str, values: dict[str, Any]) -> None:
    condition = Condition(text, NAMES)
    assert (condition.why(values) == []) is (condition.evaluate(values) is True)


_PARTS: list[Part] = [next(leaves(Condition(f"trait.income > {place}", NAMES).tree)).part for place in range(5)]


@st.composite
def _trees(draw: st.DrawFn) -> Tree:
    """A tree that names each part once; a leaf stands at the place of its number."""
    numbers = iter(range(len(_PARTS)))

    def tree(depth: int) -> Tree:
        kind = draw(st.sampled_from(["leaf", "not", "and", "or"])) if depth else "leaf"
        number = next(numbers, None)
        if kind == "leaf" or number is None or number > len(_PARTS) - 3:
            at = 0 if number is None else number
            return Leaf(_PARTS[at], at, at + 1)
        if kind == "not":
            return Not(tree(depth - 1), number, number + 1)
        joined = (tree(depth - 1), tree(depth - 1))
        return And(joined) if kind == "and" else Or(joined)

    return tree(3)


@given(_trees(), st.lists(st.sampled_from([True, False, None]), min_size=len(_PARTS), max_size=len(_PARTS)))
def test_what_is_told_alone_keeps_it_from_being_true_and_nothing_fewer_does(
    tree: Tree, told: list[bool | None]
) -> None:
    named = [leaf.part for leaf in leaves(tree)]
    if len(set(named)) < len(named):
        return
    truths = dict(zip(_PARTS, told, strict=True))
    blamed = len(obstacles(tree, "abcdefgh", truths, lambda _: None))
    if truth(tree, truths.__getitem__) is True:
        assert blamed == 0
        return
    fewest = min(len(kept) for kept in _subsets(named) if not _may_be_true(tree, {part: truths[part] for part in kept}))
    assert blamed == fewest


def _subsets(parts: list[Part]) -> list[list[Part]]:
    return [[part for at, part in enumerate(parts) if chosen >> at & 1] for chosen in range(2 ** len(parts))]


def _may_be_true(tree: Tree, kept: dict[Part, bool | None]) -> bool:
    """Whether some truths of all other parts make it true: of a part named once, the one that helps."""
    return _reach(tree, True, kept)


def _reach(tree: Tree, wanted: bool, kept: dict[Part, bool | None]) -> bool:
    match tree:
        case Leaf(part=part):
            return part not in kept or kept[part] is wanted
        case Not(tree=negated):
            return _reach(negated, not wanted, kept)
        case And(trees=trees) | Or(trees=trees):
            reached = [_reach(one, wanted, kept) for one in trees]
            return all(reached) if isinstance(tree, And) is wanted else any(reached)
    raise AssertionError(tree)
