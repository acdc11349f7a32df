"""JSON text to typed values, its faults told by field, value and what was expected."""

import re
from typing import Any, TypeVar

from msgspec import DecodeError, Raw, ValidationError, convert
from msgspec.json import Decoder
from msgspec.json import decode as decode_plain

from graph.errors import InvalidValue
from graph.events.refusal import placed

__all__ = ["converted", "plain", "read"]

T = TypeVar("T")

_PLACE = re.compile(r"^(?P<fault>.*?)(?: - at `(?:key in )?\$(?P<path>.*)`)?$", re.DOTALL)
_STEP = re.compile(r"\.([^.\[]+)|\[(\d+)\]")
_MISSING = re.compile(r"Object missing required field `(?P<name>.*)`")
_UNKNOWN = re.compile(r"Object contains unknown field `(?P<name>.*)`")
_TYPES = re.compile(r"Expected `(?P<types>[^`]*)`(?:, got `[^`]*`)?(?P<bound>.*)", re.DOTALL)
_BOUND = re.compile(r" (?:of length )?(?P<sign>>=|<=) (?P<limit>\S+)$")
_WORDS = {
    "str": "a string",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "null",
}
_UNITS = {"str": "characters", "array": "entries", "object": "entries"}
_CURRENCY = "a currency code of three capital letters, such as USD"


def read(decoder: Decoder[T], text: bytes | Raw, where: str = "") -> T:
    """What `decoder` makes of `text`, which stands at `where` in its body ("" is the body itself)."""
    try:
        return decoder.decode(text)
    except ValidationError as error:
        raise _told(error, plain(text, where), where) from None
    except (DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _broken(error, text, where) from None


def plain(text: bytes | Raw, where: str = "") -> Any:
    """JSON as plain values."""
    try:
        return decode_plain(text)
    except (DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _broken(error, text, where) from None


def converted(value: Any, kind: type[T], where: str = "") -> T:
    """Plain values as a typed one."""
    try:
        return convert(value, kind)
    except ValidationError as error:
        raise _told(error, value, where) from None


def _broken(error: Exception, text: bytes | Raw, where: str) -> InvalidValue:
    start = bytes(text)[:160].decode("utf-8", "replace")
    if isinstance(error, RecursionError):
        return InvalidValue(where or "body", start, "JSON that is not nested so deeply")
    why = str(error).removeprefix("JSON is malformed: ").partition(" - at `")[0]
    return InvalidValue(where or "body", start, f"valid JSON in UTF-8 ({why})")


def _told(error: ValidationError, value: Any, where: str) -> InvalidValue:
    found = _PLACE.match(str(error))
    assert found is not None  # it matches every text
    fault, path = found["fault"], found["path"] or ""
    steps: list[str] = []
    for step in _STEP.finditer(path):  # stops making sense at "[...]", an entry of an object: its name is not said
        if "[...]" in path[: step.start()]:
            break
        name, position = step[1], step[2]
        try:
            value = value[name] if position is None else value[int(position)]
        except (KeyError, IndexError, TypeError):
            break
        steps.append(step[0])
    field = placed(where, "".join(steps).removeprefix(".")) if steps else where or "body"
    around = "" if field == "body" else field
    if missing := _MISSING.match(fault):
        return InvalidValue(placed(around, missing["name"]), None, "a value")
    if unknown := _UNKNOWN.match(fault):
        name = unknown["name"]
        held = value.get(name) if isinstance(value, dict) else None
        return InvalidValue(placed(around, name), held, "no field of this name")
    return InvalidValue(field, value, _expected(fault))


def _expected(fault: str) -> str:
    if "matching regex" in fault:
        return _CURRENCY
    if fault.startswith("Number out of range"):
        return "a number of ordinary size"
    types = _TYPES.match(fault)
    if types is None:
        return fault
    names = types["types"].split(" | ")
    words = " or ".join(_WORDS.get(name, name) for name in names if name != "null" or len(names) == 1)
    bound = _BOUND.match(types["bound"])
    if bound is None:
        return words
    limit = bound["limit"].removesuffix(".0")
    side = "at least" if bound["sign"] == ">=" else "at most"
    unit = f" {_UNITS[names[0]]}" if names[0] in _UNITS else ""
    return f"{words} of {side} {limit}{unit}"
