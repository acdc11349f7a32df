"""Feature variables: what the values of a profile's features can be, by their kind."""

from collections.abc import Iterator, Mapping

from graph.profile.features.condition import Condition
from graph.profile.features.event_fields import ATTRIBUTE, MONEY, is_number
from graph.profile.features.feature import Feature
from graph.profile.features.kinds import Count, Distinct, First, Last, Mean, Periods, Rate, Recency, Streak, Sum
from graph.profile.features.table import FeatureTable
from recommend.decisions.conditions.names.variable import ValueType, Variable

__all__ = ["feature_variables", "money_features"]

_CLOCK = {"hour": tuple(map(str, range(24))), "weekday": tuple(map(str, range(1, 8)))}


def feature_variables(table: FeatureTable, attributes: Mapping[str, ValueType]) -> Iterator[Variable]:
    """A variable ``profile.<feature>`` for each feature of a table.

    Those of `money_features` are in major units of the table's currency, as all money of a condition is; a reading
    tells them in minor units. Sums of quantities, seconds, ratings and attributes are as the events said them.
    attributes: the types of AccountEvents' attributes by name. One that is not named is a number where a feature adds
    it up or compares it with numbers, true or false where one compares it so, else a text.
    """
    types = {**_types_by_use(table), **attributes}
    for feature in table.features.values():
        yield _variable(f"profile.{feature.name}", feature, table, types)


def money_features(table: FeatureTable) -> frozenset[str]:
    """The features of a table that a reading tells in minor units."""
    return frozenset(feature.name for feature in table.features.values() if _is_money(feature, table))


def _is_money(feature: Feature, table: FeatureTable) -> bool:
    """A rate is where only what it divides is."""
    if isinstance(feature.kind, Rate):
        of, to = (_is_money(table.features[part], table) for part in (feature.of, feature.to))
        return of and not to
    return getattr(feature.kind, "value", "") in MONEY


def _variable(name: str, feature: Feature, table: FeatureTable, types: Mapping[str, ValueType]) -> Variable:
    match feature.kind:
        case Count() | Distinct():
            return Variable(name, ValueType.NUMBER, 0, whole=True, surely=True)
        case Sum(value=value):
            return Variable(name, ValueType.NUMBER, _least(feature), whole=value == "lines", surely=True)
        case Mean():
            return Variable(name, ValueType.NUMBER, _least(feature))
        case Rate():
            compared = [_least(table.features[part]) for part in (feature.of, feature.to)]
            return Variable(name, ValueType.NUMBER, None if None in compared else 0)
        case Streak(reaches=None, up_to=most) | Periods(reaches=None, last=most):
            return Variable(name, ValueType.NUMBER, 0, most, whole=True, surely=True)
        case Streak() | Periods():
            return Variable(name, ValueType.BOOL, surely=True)
        case Recency():
            return Variable(name, ValueType.NUMBER, 0)
        case Last(value=value) | First(value=value):
            return _of_mark(name, feature, value, types)


def _least(feature: Feature) -> float | None:
    """0 for what cannot be negative; amounts of money and attributes can."""
    value = feature.kind.value if isinstance(feature.kind, Sum | Mean) else ""
    return None if value in MONEY or value.startswith(ATTRIBUTE) else 0


def _of_mark(name: str, feature: Feature, value: str, types: Mapping[str, ValueType]) -> Variable:
    if value.startswith(ATTRIBUTE):
        return Variable(name, types.get(value.removeprefix(ATTRIBUTE), ValueType.TEXT))
    assert feature.mark is not None
    if not is_number(feature.mark.subject, value):
        return Variable(name, ValueType.TEXT, choices=_CLOCK.get(value))
    return Variable(name, ValueType.NUMBER, None if value in MONEY else 0, whole=value == "lines")


def _types_by_use(table: FeatureTable) -> dict[str, ValueType]:
    numbers, truths = set[str](), set[str]()
    for feature in table.features.values():
        if isinstance(feature.kind, Sum | Mean):
            numbers.add(feature.kind.value)
        for condition in _conditions(feature):
            if all(isinstance(value, bool) for value in condition.values):
                (truths if condition.values else numbers).add(condition.field)
            elif all(isinstance(value, int | float) for value in condition.values):
                numbers.add(condition.field)
    return {
        field.removeprefix(ATTRIBUTE): ValueType.NUMBER if field in numbers else ValueType.BOOL
        for field in numbers | truths
        if field.startswith(ATTRIBUTE)
    }


def _conditions(feature: Feature) -> tuple[Condition, ...]:
    plan = feature.need or feature.mark
    return () if plan is None else plan.where
