"""Vocabularies: what may be named, and what the values of a profile's features can be."""

from pathlib import Path
from typing import Any

import pytest

from graph import InvalidValue
from graph.profile.features.table_file import parse_feature_table, read_feature_table
from recommend.decisions.conditions import Condition, ValueType, Variable, Vocabulary
from tests.recommend.decisions.conditions.some_conditions import NAMES

TABLE = parse_feature_table("""
segments:
  my-own: {category: [TEA]}
features:
  views: {kind: count, of: Viewed, windows: [7d, 24h], segments: [my-own]}
  days: {kind: distinct, of: Viewed, by: day, windows: [7d]}
  spent: {kind: sum, of: OrderLine, value: value, windows: [30d]}
  bought: {kind: sum, of: OrderLine, value: quantity, windows: [30d]}
  lines: {kind: sum, of: Purchased, value: lines, windows: [30d]}
  basket: {kind: mean, of: Purchased, value: lines, windows: [30d]}
  paid: {kind: sum, of: AccountEvent, value: attribute.amount, windows: [30d]}
  share: {kind: rate, of: views, to: days, windows: [7d]}
  worth: {kind: rate, of: spent, to: bought, windows: [30d]}
  streak: {kind: streak, of: Viewed, every: month, up_to: 6}
  loyal: {kind: streak, of: Viewed, every: month, reaches: 3}
  months: {kind: periods, of: Viewed, every: month, last: 5}
  often: {kind: periods, of: Viewed, every: month, last: 5, reaches: 3}
  since: {kind: recency, of: Viewed}
  last_query: {kind: last, of: Searched, value: query}
  last_hour: {kind: last, of: Viewed, value: hour}
  last_value: {kind: last, of: Purchased, value: value}
  first_rating: {kind: first, of: Rated, value: rating}
  last_amount: {kind: last, of: AccountEvent, value: attribute.amount}
  last_shop: {kind: last, of: AccountEvent, value: attribute.shop}
  last_abroad: {kind: last, of: AccountEvent, where: {attribute.abroad: true}, value: attribute.abroad}
  last_level: {kind: last, of: AccountEvent, where: {attribute.level: {least: 3}}, value: attribute.level}
""")
FEATURES = Vocabulary.of_features(TABLE)
NUMBER, TEXT, BOOL = ValueType.NUMBER, ValueType.TEXT, ValueType.BOOL


@pytest.mark.parametrize(
    "name, expected",
    [
        ("views.7d", (NUMBER, 0, None, True, True)),
        ("views.my-own.24h", (NUMBER, 0, None, True, True)),
        ("days.7d", (NUMBER, 0, None, True, True)),
        ("spent.30d", (NUMBER, None, None, False, True)),
        ("bought.30d", (NUMBER, 0, None, False, True)),
        ("lines.30d", (NUMBER, 0, None, True, True)),
        ("basket.30d", (NUMBER, 0, None, False, False)),
        ("paid.30d", (NUMBER, None, None, False, True)),
        ("share.7d", (NUMBER, 0, None, False, False)),
        ("worth.30d", (NUMBER, None, None, False, False)),
        ("streak", (NUMBER, 0, 6, True, True)),
        ("loyal", (BOOL, None, None, False, True)),
        ("months", (NUMBER, 0, 5, True, True)),
        ("often", (BOOL, None, None, False, True)),
        ("since", (NUMBER, 0, None, False, False)),
        ("last_query", (TEXT, None, None, False, False)),
        ("last_hour", (TEXT, None, None, False, False)),
        ("last_value", (NUMBER, None, None, False, False)),
        ("first_rating", (NUMBER, 0, None, False, False)),
        ("last_amount", (NUMBER, None, None, False, False)),
        ("last_shop", (TEXT, None, None, False, False)),
        ("last_abroad", (BOOL, None, None, False, False)),
        ("last_level", (NUMBER, None, None, False, False)),
    ],
)
def test_a_feature_is_a_variable_of_its_kind(name: str, expected: tuple[Any, ...]) -> None:
    told = FEATURES.variable(f"profile.{name}")
    assert (told.type, told.least, told.most, told.whole, told.surely) == expected


def test_an_hour_is_one_of_those_of_a_day() -> None:
    assert FEATURES.variable("profile.last_hour").choices == tuple(map(str, range(24)))


def test_the_type_of_an_attribute_may_be_told() -> None:
    told = Vocabulary.of_features(TABLE, {"shop": NUMBER, "amount": TEXT})
    assert told.variable("profile.last_shop").type is NUMBER
    assert told.variable("profile.last_amount").type is TEXT


@pytest.mark.parametrize("pack", sorted(path.parent.name for path in Path("packs").glob("*/profile.yaml")))
def test_every_feature_of_our_packs_can_stand_in_a_condition(pack: str) -> None:
    names = Vocabulary.of_features(read_feature_table(Path("packs") / pack / "profile.yaml"))
    assert names.variables
    for name in names.variables:
        assert Condition(f"!known({name})", names).names == {name}


def test_an_unknown_name_is_refused_with_the_closest() -> None:
    with pytest.raises(InvalidValue, match=r"close to it: trait.income"):
        NAMES.variable("trait.incme")
    with pytest.raises(InvalidValue, match=r"a known name of profile, trait, context"):
        NAMES.variable("qqqq")
    with pytest.raises(InvalidValue, match="a known name of none"):
        Vocabulary.of([]).variable("trait.a")


@pytest.mark.parametrize("name", ["income", "trait.", "other.income", ""])
def test_a_name_in_no_namespace_is_refused(name: str) -> None:
    with pytest.raises(InvalidValue, match="a name after one of profile, trait"):
        Vocabulary.of([Variable(name, NUMBER)])


def test_a_name_that_stands_twice_is_refused() -> None:
    with pytest.raises(InvalidValue, match="names that stand once"):
        Vocabulary.of([Variable("trait.a", NUMBER), Variable("trait.a", TEXT)])
