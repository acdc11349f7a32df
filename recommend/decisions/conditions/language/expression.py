"""Expression: the tree of a condition's text, and the same written in CEL."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from recommend.decisions.conditions.names.variable import ValueType, Variable

__all__ = [
    "Binary",
    "Call",
    "Choice",
    "Expression",
    "Known",
    "Literal",
    "Many",
    "Name",
    "Unary",
    "cel_of",
    "is_number",
    "reads",
    "strict",
]

ARITHMETIC = ("+", "-", "*", "/")
_STRENGTHS = {"||": 1, "&&": 2, "+": 4, "-": 4, "*": 5, "/": 5}
_COMPARISON, _UNARY, _MEMBER = 3, 6, 7


@dataclass(frozen=True)
class _Spanned:
    """at, end: where it stands in the author's text."""

    at: int = field(compare=False)
    end: int = field(compare=False)


@dataclass(frozen=True)
class Literal(_Spanned):
    value: float | str | bool


@dataclass(frozen=True)
class Many(_Spanned):
    """A list of literals."""

    values: tuple[float | str | bool, ...]


@dataclass(frozen=True)
class Name(_Spanned):
    variable: Variable


@dataclass(frozen=True)
class Known(_Spanned):
    variable: Variable


@dataclass(frozen=True)
class Unary(_Spanned):
    """``!`` or ``-`` of something."""

    operator: str
    of: "Expression"


@dataclass(frozen=True)
class Binary(_Spanned):
    operator: str
    left: "Expression"
    right: "Expression"


@dataclass(frozen=True)
class Choice(_Spanned):
    when: "Expression"
    then: "Expression"
    otherwise: "Expression"


@dataclass(frozen=True)
class Call(_Spanned):
    method: str
    of: "Expression"
    argument: "Expression"


Expression = Literal | Many | Name | Known | Unary | Binary | Choice | Call


def cel_of(expression: Expression, identifier: Callable[[Name | Known], str]) -> str:
    """The expression in CEL, names under identifiers.

    CEL divides by zero to an infinity; here that, and a number too great, is an error: ``[x].map(v, …)[0]`` says x once
    and looks at it.
    """
    return _cel(expression, identifier, 0)


def _cel(of: Expression, identifier: Callable[[Name | Known], str], strength: int) -> str:
    """In round brackets where it binds less than `strength`."""
    match of:
        case Literal(value=value):
            return _literal(value)
        case Many(values=values):
            return f"[{', '.join(map(_literal, values))}]"
        case Name() | Known():
            return identifier(of)
        case Unary():
            own, told = _UNARY, f"{of.operator}{_operand(of.of, identifier)}"
        case Binary():
            own = _STRENGTHS.get(of.operator, _COMPARISON)
            arithmetic = of.operator in ARITHMETIC
            left = _cel(of.left, identifier, own) if arithmetic else _finite(of.left, identifier, own)
            right = (_cel if arithmetic and of.operator != "/" else _finite)(of.right, identifier, own + 1)
            told = f"{left} {of.operator} {right}"
        case Choice():
            own = 0
            when = _cel(of.when, identifier, 1)
            told = f"{when} ? {_finite(of.then, identifier, 1)} : {_finite(of.otherwise, identifier, 0)}"
        case Call():
            own = _MEMBER
            told = f"{_cel(of.of, identifier, _MEMBER)}.{of.method}({_cel(of.argument, identifier, 0)})"
    return f"({told})" if own < strength else told


def _operand(of: Expression, identifier: Callable[[Name | Known], str]) -> str:
    told = _finite(of, identifier, _MEMBER)
    return f"({told})" if told.startswith("-") else told


def _finite(of: Expression, identifier: Callable[[Name | Known], str], strength: int) -> str:
    """As `_cel`; what was reckoned is an error unless it is finite."""
    if isinstance(of, Binary) and of.operator in ARITHMETIC:
        return f"[{_cel(of, identifier, 0)}].map(v, v - v == 0.0 ? v : double(1 / 0))[0]"
    return _cel(of, identifier, strength)


def _literal(value: float | str | bool) -> str:
    return json.dumps(value, ensure_ascii=False)


def reads(expression: Expression) -> Iterator[Name | Known]:
    """The names in it, in the text's order."""
    match expression:
        case Name() | Known():
            yield expression
        case Unary(of=of):
            yield from reads(of)
        case Binary(left=left, right=right):
            yield from reads(left)
            yield from reads(right)
        case Choice():
            for part in (expression.when, expression.then, expression.otherwise):
                yield from reads(part)
        case Call(of=of, argument=argument):
            yield from reads(of)
            yield from reads(argument)


def is_number(expression: Expression) -> bool:
    """Whether a type-checked expression is a number."""
    match expression:
        case Literal(value=value):
            return isinstance(value, float)
        case Name(variable=variable):
            return variable.type is ValueType.NUMBER
        case Unary(operator=operator):
            return operator == "-"
        case Binary(operator=operator):
            return operator in ARITHMETIC
        case Choice(then=then):
            return is_number(then)
    return False


def strict(expression: Expression) -> bool:
    """Whether it is unknown as soon as one of its names is."""
    match expression:
        case Known() | Choice():
            return False
        case Unary(of=of):
            return strict(of)
        case Binary(operator=operator, left=left, right=right):
            return operator not in ("&&", "||") and strict(left) and strict(right)
        case Call(of=of, argument=argument):
            return strict(of) and strict(argument)
    return True
