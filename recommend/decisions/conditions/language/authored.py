"""Authored: an author's text, checked and read as an expression of a type."""

from collections.abc import Callable, Iterator
from typing import TypeVar

from graph.errors import InvalidValue
from recommend.decisions.conditions.language.cel_text import TOO_DEEP, TooDeep, compiled, fault, literal_text
from recommend.decisions.conditions.language.expression import (
    Binary,
    Call,
    Choice,
    Expression,
    Literal,
    Unary,
    cel_of,
    is_number,
)
from recommend.decisions.conditions.language.parser import parsed
from recommend.decisions.conditions.language.words import refusal, where, words_of
from recommend.decisions.conditions.names.variable import ValueType
from recommend.decisions.conditions.names.vocabulary import Vocabulary

__all__ = ["authored"]

T = TypeVar("T")

_EXPECTED = {ValueType.BOOL: "a condition", ValueType.NUMBER: "a number or an expression that gives one"}


def authored(
    text: str, vocabulary: Vocabulary, wanted: ValueType, field: str, made: Callable[[Expression], T]
) -> tuple[Expression, T]:
    """The expression of a text, true or false or a number as `wanted`, and what is made of it.

    InvalidValue names `field`, the text and the column where it is none over the vocabulary. made: may raise TooDeep.
    """
    words = words_of(text, vocabulary)
    refused = refusal(text, words, vocabulary) or fault(text, words, vocabulary, wanted)
    if refused is None:
        expression = parsed(words, vocabulary, literal_text)
        refused = next(_faults(expression), None)
    if refused is None:
        try:
            return expression, made(expression)
        except TooDeep:
            refused = 0, TOO_DEEP
    at, why = refused
    raise InvalidValue(field, text, f"{_EXPECTED[wanted]}; {where(text, at)}: {why}")


def _faults(of: Expression) -> Iterator[tuple[int, str]]:
    """(offset, what is wrong there) of what CEL allows and a condition or a reckoning does not."""
    match of:
        case Binary(operator=operator, left=left, right=right):
            yield from _faults(left)
            yield from _faults(right)
            if operator == "+" and not is_number(left):
                yield of.at, "'+' only between numbers"
        case Unary(of=inside):
            yield from _faults(inside)
        case Choice():
            for inside in (of.when, of.then, of.otherwise):
                yield from _faults(inside)
        case Call(of=inside, argument=argument, method=method):
            yield from _faults(inside)
            yield from _faults(argument)
            if method == "matches":
                told = compiled(cel_of(Call(0, 0, method, Literal(0, 0, ""), argument), str)).eval(data={}).value()
                if not isinstance(told, bool):
                    yield argument.at, f"a pattern; {str(told).partition(': ')[2]}"
