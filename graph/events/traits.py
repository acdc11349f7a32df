"""Named values as senders nest them, to the flat and typed ones we keep."""

from collections.abc import Iterator
from typing import Any

from graph.errors import InvalidValue
from graph.events.limits import MAX_NAMES, MAX_WISHES, at_most
from graph.identity.wish_shapes import checked_wish
from graph.nodes import Trait

__all__ = ["MAX_DEPTH", "MAX_NAME", "MAX_TEXT", "choices", "traits", "wishes"]

MAX_DEPTH = 4
MAX_NAME = 256
MAX_TEXT = 8192
_MAX_INT = 2**53


def traits(values: Any, field: str) -> dict[str, Trait]:
    """The texts, numbers and truth values in `values`; those of objects within get names with dots.

    Nulls and lists are left out: they are no traits.

    >>> traits({"age": 41, "address": {"city": "Delft"}, "nick": None}, "traits")
    {'age': 41, 'address.city': 'Delft'}
    """
    found = {} if values is None else dict(_flat(_entries(values, field), field, "", 1))
    at_most(MAX_NAMES, found, field, "values")
    return found


def wishes(values: Any, field: str) -> dict[str, Trait | list[str]]:
    """Stated preferences: a name and its value or list of texts; those that are obeyed have the shape they need."""
    found: dict[str, Trait | list[str]] = {}
    at_most(MAX_NAMES, _entries(values, field), field, "preferences")
    for name, value in _entries(values, field).items():
        place = f"{field}.{_name(name, field)}"
        if not isinstance(value, list):
            found[name] = checked_wish(name, _scalar(value, place), place)
            continue
        at_most(MAX_WISHES, value, place, "entries")
        for position, wish in enumerate(value):
            if not isinstance(wish, str) or len(wish) > MAX_TEXT:
                raise InvalidValue(f"{place}[{position}]", wish, f"a string of at most {MAX_TEXT} characters")
        found[name] = checked_wish(name, value, place)
    return found


def choices(values: Any, field: str) -> dict[str, bool]:
    """Consents: a purpose and whether the customer allows it."""
    at_most(MAX_NAMES, _entries(values, field), field, "consents")
    for name, value in _entries(values, field).items():
        if not isinstance(value, bool):
            raise InvalidValue(f"{field}.{_name(name, field)}", value, "true or false")
        _name(name, field)
    return dict(values)


def _flat(values: dict[str, Any], field: str, prefix: str, depth: int) -> Iterator[tuple[str, Trait]]:
    for name, value in values.items():
        full = prefix + _name(name, field)
        if isinstance(value, dict):
            if depth == MAX_DEPTH:
                raise InvalidValue(f"{field}.{full}", value, f"no object more than {MAX_DEPTH} levels deep")
            yield from _flat(value, field, full + ".", depth + 1)
        elif value is not None and not isinstance(value, list):
            _name(full, field)
            yield full, _scalar(value, f"{field}.{full}")


def _entries(values: Any, field: str) -> dict[str, Any]:
    if not isinstance(values, dict):
        raise InvalidValue(field, values, "an object of names and values")
    return values


def _name(name: str, field: str) -> str:
    if not name or len(name) > MAX_NAME:
        raise InvalidValue(field, name, f"names of 1 to {MAX_NAME} characters")
    return name


def _scalar(value: Any, field: str) -> Trait:
    if isinstance(value, str):
        if len(value) > MAX_TEXT:
            raise InvalidValue(field, value, f"a string of at most {MAX_TEXT} characters")
        return value
    if isinstance(value, bool | float):
        return value
    if not isinstance(value, int):
        raise InvalidValue(field, value, "a string, a number, or true or false")
    if abs(value) > _MAX_INT:
        raise InvalidValue(field, value, f"a whole number of at most {_MAX_INT}")
    return value
