"""Possibility: whether one variable can have a value that meets all that is asked of it."""

from collections.abc import Sequence
from math import ceil, floor
from typing import Any

from recommend.decisions.conditions.language.part import Comparison, Computed, Knowing, Part
from recommend.decisions.conditions.names.variable import Value, ValueType, Variable

__all__ = ["Claim", "possible", "said_range"]

Claim = tuple[Part, bool]
"""A part that reads the variable alone, and whether it must be true or false."""

_MOST_TRIED = 64
"""Of how many whole numbers in a row each is tried."""

_OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}


def possible(variable: Variable, claims: Sequence[Claim]) -> bool:
    """Whether some value, or the lack of one, may meet all claims: False only where none does. NaN is no value."""
    needs_value = any(_needs_value(part, wanted) for part, wanted in claims)
    if any(isinstance(part, Knowing) and not wanted for part, wanted in claims):
        return not needs_value and not variable.surely
    if not needs_value and not variable.surely:
        return True
    comparisons = [_straight(part, wanted) for part, wanted in claims if isinstance(part, Comparison)]
    if variable.choices is not None and any(
        operator == "has" and values[0] not in variable.choices for operator, values in comparisons
    ):
        return False
    tried = _candidates(variable, comparisons)
    if tried is None:
        return True
    return any(all(part.truth(lambda _, value=value: value) is wanted for part, wanted in claims) for value in tried)  # type: ignore[misc]


def said_range(variable: Variable) -> str:
    """What its values are, in words."""
    if variable.choices is not None:
        return f"one of {', '.join(variable.choices)}"
    if variable.type is not ValueType.NUMBER:
        return {"text": "a text", "bool": "true or false", "texts": "a list of texts"}[variable.type.value]
    kind = "a whole number" if variable.whole else "a number"
    match variable.least, variable.most:
        case None, None:
            return kind
        case least, None:
            return f"{kind} of {least:g} or more"
        case None, most:
            return f"{kind} of {most:g} or less"
    return f"{kind} from {variable.least:g} to {variable.most:g}"


def _needs_value(part: Part, wanted: bool) -> bool:
    match part:
        case Comparison():
            return True
        case Knowing():
            return wanted
        case Computed(strict=strict):
            return strict
    return False


def _straight(part: Comparison, wanted: bool) -> tuple[str, tuple[Any, ...]]:
    """(operator, values) that must be true."""
    if wanted:
        return part.operator, part.values
    return _OPPOSITE.get(part.operator, f"not {part.operator}"), part.values


def _candidates(variable: Variable, comparisons: Sequence[tuple[str, tuple[Any, ...]]]) -> Sequence[Value] | None:
    """The only values that may meet the comparisons, none where there are none; None where they are too many to try."""
    for operator, values in comparisons:
        if operator in ("==", "in"):
            return [value for value in values if _in_range(variable, value)]
    if variable.type is ValueType.BOOL:
        return [True, False]
    if variable.type is ValueType.TEXTS:
        return None
    if variable.choices is not None:
        return variable.choices
    return _between(variable, comparisons)


def _between(variable: Variable, comparisons: Sequence[tuple[str, tuple[Any, ...]]]) -> Sequence[Value] | None:
    lows: list[tuple[Any, bool]] = [("", False)] if variable.type is ValueType.TEXT else []  # (bound, itself excluded)
    highs: list[tuple[Any, bool]] = []
    lows += [] if variable.least is None else [(variable.least, False)]
    highs += [] if variable.most is None else [(variable.most, False)]
    for operator, values in comparisons:
        if operator in ("<", "<="):
            highs.append((values[0], operator == "<"))
        elif operator in (">", ">="):
            lows.append((values[0], operator == ">"))
    if not lows or not highs:
        return None
    low, above = max(lows)
    high, _ = min(highs, key=lambda bound: (bound[0], not bound[1]))
    below = (high, True) in highs
    if variable.whole:
        first, last = floor(low) + 1 if above else ceil(low), ceil(high) - 1 if below else floor(high)
        return None if last - first >= _MOST_TRIED else [float(number) for number in range(first, last + 1)]
    if low > high or (low == high and (above or below)):
        return []
    return [low] if low == high else None


def _in_range(variable: Variable, value: Any) -> bool:
    if variable.choices is not None:
        return value in variable.choices
    if variable.type is not ValueType.NUMBER:
        return True
    least, most = variable.least, variable.most
    whole = not variable.whole or float(value).is_integer()
    return whole and (least is None or value >= least) and (most is None or value <= most)
