"""Variable: a name that a condition may read, and what its values can be."""

from dataclasses import dataclass
from enum import StrEnum
from math import isfinite
from typing import Any

from graph.errors import InvalidValue

__all__ = ["Value", "ValueType", "Variable"]

Value = float | str | bool | list[str]


class ValueType(StrEnum):
    NUMBER = "number"
    TEXT = "text"
    BOOL = "bool"
    TEXTS = "texts"


@dataclass(frozen=True)
class Variable:
    """One name and its type. InvalidValue where what it says of its values does not go together.

    least, most: the ends of its range, themselves in it. whole: only whole numbers.
    surely: there is always a value. choices: the only texts possible, of a list: in it.
    """

    name: str
    type: ValueType
    least: float | None = None
    most: float | None = None
    whole: bool = False
    surely: bool = False
    choices: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        bounds = [bound for bound in (self.least, self.most) if bound is not None]
        if (bounds or self.whole) and self.type is not ValueType.NUMBER:
            raise InvalidValue(self.name, self.type.value, "a number, where it has a least, a most or is whole")
        if not all(map(isfinite, bounds)) or (len(bounds) == 2 and bounds[0] > bounds[1]):
            raise InvalidValue(self.name, (self.least, self.most), "finite numbers, the least no greater than the most")
        if self.choices is not None and (not self.choices or self.type not in (ValueType.TEXT, ValueType.TEXTS)):
            raise InvalidValue(self.name, self.choices, "one choice or more, of a text or texts")

    def value(self, found: Any) -> Value | None:
        """What was found for it, as conditions reckon with it: numbers as doubles; None for no value of its type."""
        if type(found) is float and self.type is ValueType.NUMBER:
            return found
        return None if found is None else _value(self.type, found)


def _value(kind: ValueType, found: Any) -> Value | None:
    match kind:
        case ValueType.NUMBER:
            return _double(found) if isinstance(found, int | float) else None
        case ValueType.TEXT:
            return found if _is_text(found) else None
        case ValueType.BOOL:
            return found if isinstance(found, bool) else None
        case ValueType.TEXTS:
            return list(found) if isinstance(found, list | tuple) and all(map(_is_text, found)) else None


def _double(found: float) -> float | None:
    try:
        return float(found)
    except OverflowError:
        return None


def _is_text(found: Any) -> bool:
    """A text that CEL can be given: in UTF-8, without the zero character, at which it would end."""
    if not isinstance(found, str) or "\0" in found:
        return False
    if found.isascii():
        return True
    try:
        found.encode()
    except UnicodeEncodeError:
        return False
    return True
