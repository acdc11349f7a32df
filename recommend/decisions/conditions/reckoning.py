"""Reckoning: a CEL expression over named values that gives a number, or cannot be reckoned."""

from collections.abc import Callable, Mapping
from math import inf, isfinite
from typing import Any

from graph.errors import InvalidValue
from recommend.decisions.conditions.language.authored import authored
from recommend.decisions.conditions.language.expression import Binary, Choice, Expression, Literal, Name, Unary, reads
from recommend.decisions.conditions.language.part import Look
from recommend.decisions.conditions.language.tree import Tree, tree_of, truth
from recommend.decisions.conditions.names.read import Read
from recommend.decisions.conditions.names.variable import Value, ValueType, Variable
from recommend.decisions.conditions.names.vocabulary import Vocabulary

__all__ = ["Reckoning"]

_Value = Callable[[Look], float | None]
_OPERATIONS: Mapping[str, Callable[[float, float], float]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": lambda left, right: left / right,
}


class Reckoning:
    """A number such as ``product.price * 0.3`` or ``known(trait.income) ? trait.income / 12 : 1000``.

    text: as its author wrote it; a number where it is one. variables: what it reads.
    """

    def __init__(self, told: float | str, vocabulary: Vocabulary, field: str = "worth") -> None:
        """InvalidValue naming `field`, the text and the column where it gives no number over the vocabulary.

        A number told as one must be finite.
        """
        self.text = told
        if not isinstance(told, str):
            self._expression: Expression = Literal(0, 0, _finite(told, field))
            self._value = _value_of(self._expression)
            return
        self._expression, self._value = authored(told, vocabulary, ValueType.NUMBER, field, _value_of)

    @property
    def variables(self) -> tuple[Variable, ...]:
        return tuple(dict.fromkeys(name.variable for name in reads(self._expression)))

    def value(self, values: Mapping[str, Any]) -> float | None:
        """The number, finite; None where a value is missing or no finite number, where it divides by zero or where it
        is too great for a double."""
        return self._value(Read(values).value)

    def __repr__(self) -> str:
        return f"Reckoning({self.text!r})"


def _value_of(of: Expression) -> _Value:
    """How an expression is reckoned, its conditions compiled; TooDeep where CEL does not read one of them."""
    match of:
        case Literal(value=float(value)):
            return lambda look: value
        case Name(variable=variable):
            return lambda look: _number(look(variable))
        case Unary(of=inside):
            negated = _value_of(inside)
            return lambda look: None if (value := negated(look)) is None else -value
        case Choice():
            return _either(tree_of(of.when), _value_of(of.then), _value_of(of.otherwise))
    assert isinstance(of, Binary)  # the type check lets nothing else through that gives a number
    return _operation(of.operator, _value_of(of.left), _value_of(of.right))


def _either(when: Tree, then: _Value, otherwise: _Value) -> _Value:
    def value(look: Look) -> float | None:
        held = truth(when, lambda part: part.truth(look))
        return None if held is None else then(look) if held else otherwise(look)

    return value


def _operation(operator: str, left: _Value, right: _Value) -> _Value:
    operation = _OPERATIONS[operator]

    def value(look: Look) -> float | None:
        one, other = left(look), right(look)
        if one is None or other is None or (operator == "/" and other == 0):
            return None
        result = operation(one, other)
        return result if isfinite(result) else None

    return value


def _number(found: Value | None) -> float | None:
    return found if isinstance(found, float) and isfinite(found) else None


def _finite(told: float, field: str) -> float:
    try:
        value = float(told)
    except OverflowError:
        value = inf
    if not isfinite(value):
        raise InvalidValue(field, told, "a number that a double can hold, or an expression that gives one")
    return value
