"""Part: what a condition asks of the values at one place, true, false or not known."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from recommend.decisions.conditions.language.cel_text import compiled, identifier
from recommend.decisions.conditions.language.expression import (
    Binary,
    Expression,
    Known,
    Literal,
    Many,
    Name,
    cel_of,
    reads,
    strict,
)
from recommend.decisions.conditions.names.variable import Value, Variable

__all__ = ["Comparison", "Computed", "Constant", "Knowing", "Look", "Part", "part_of"]

Look = Callable[[Variable], Value | None]
"""Finds the value of a variable, None where there is none."""

_MIRRORED = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_SLOTS = {"==": "__eq__", "!=": "__ne__", "<": "__gt__", "<=": "__ge__", ">": "__lt__", ">=": "__le__"}


@dataclass(frozen=True)
class Comparison:
    """``variable operator value``; ``in`` with several values, ``has`` where the variable is a list of texts."""

    variable: Variable
    operator: str
    values: tuple[float | str | bool, ...]

    def truth(self, look: Look) -> bool | None:
        found = look(self.variable)
        return None if found is None else self.test()(found)

    def test(self) -> Callable[[Any], bool]:
        """Whether a value meets it; as quick to call as can be."""
        if self.operator == "in":
            return frozenset(self.values).__contains__
        value = self.values[0]
        if self.operator == "has":
            return lambda found: value in found
        test: Callable[[Any], bool] = getattr(value, _SLOTS[self.operator])
        return test

    @property
    def variables(self) -> tuple[Variable, ...]:
        return (self.variable,)


@dataclass(frozen=True)
class Knowing:
    """``known(variable)``"""

    variable: Variable

    def truth(self, look: Look) -> bool | None:
        return look(self.variable) is not None

    @property
    def variables(self) -> tuple[Variable, ...]:
        return (self.variable,)


@dataclass(frozen=True)
class Constant:
    """``true`` or ``false``"""

    value: bool

    def truth(self, look: Look) -> bool | None:
        return self.value

    @property
    def variables(self) -> tuple[Variable, ...]:
        return ()


@dataclass(frozen=True)
class Computed:
    """Anything else, by CEL.

    inputs: of each identifier in the CEL text its variable; whether only if it is known is asked.
    strict: it is unknown as soon as one value is.
    """

    cel: str
    inputs: tuple[tuple[str, Variable, bool], ...]
    strict: bool

    @classmethod
    def of(cls, expression: Expression) -> "Computed":
        """Compile; TooDeep where CEL does not read so far down."""
        inputs: dict[tuple[Variable, bool], str] = {}
        for name in reads(expression):
            asked = isinstance(name, Known)
            key = name.variable, asked
            inputs.setdefault(key, identifier(None if asked else name.variable.type, len(inputs)))
        text = cel_of(expression, lambda name: inputs[name.variable, isinstance(name, Known)])
        compiled(text)
        told = tuple((held, variable, asked) for (variable, asked), held in inputs.items())
        return cls(text, told, strict(expression))

    def truth(self, look: Look) -> bool | None:
        values: dict[str, Value] = {}
        for name, variable, asked in self.inputs:
            found = look(variable)
            if asked:
                values[name] = found is not None
            elif found is not None:
                values[name] = found
            elif self.strict:
                return None
        try:
            result = compiled(self.cel).eval(data=values).value()
        except Exception:  # the library names no errors of its own
            return None
        return result if isinstance(result, bool) else None

    @property
    def variables(self) -> tuple[Variable, ...]:
        return tuple(dict.fromkeys(variable for _, variable, _ in self.inputs))


Part = Comparison | Knowing | Constant | Computed


def part_of(expression: Expression) -> Part:
    """What an expression that is true or false asks, as plainly as it can be said."""
    match expression:
        case Literal(value=bool(value)):
            return Constant(value)
        case Known(variable=variable):
            return Knowing(variable)
        case Name(variable=variable):
            return Comparison(variable, "==", (True,))
        case Binary(operator="in", left=Name(variable=variable), right=Many(values=values)):
            return Comparison(variable, "in", values)
        case Binary(operator="in", left=Literal(value=value), right=Name(variable=variable)):
            return Comparison(variable, "has", (value,))
        case Binary(operator=operator, left=Name(variable=variable), right=Literal(value=value)):
            return Comparison(variable, operator, (value,))
        case Binary(operator=operator, left=Literal(value=value), right=Name(variable=variable)):
            return Comparison(variable, _MIRRORED[operator], (value,))
    return Computed.of(expression)
