"""Conditions: what an event, or the product it is about, must be to count."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from graph.errors import InvalidValue
from graph.nodes import Product, Trait
from graph.profile.features.event_fields import CATALOGUE_FIELDS, Subject, check_text, is_number

__all__ = ["Condition", "Narrowing", "accepts", "conditions_of"]


class Condition(NamedTuple):
    """A field and what it may be: one of `values`, or a number from `least` to `most`; with neither, any number."""

    field: str
    values: tuple[Trait, ...] = ()
    least: float | None = None
    most: float | None = None

    @property
    def of_catalogue(self) -> bool:
        return self.field in CATALOGUE_FIELDS


Narrowing = tuple[Condition, ...]
"""Conditions looked at on read, on the group that was counted under: a product's catalogue entry, or a channel."""


def conditions_of(where: Mapping[str, Any], subject: Subject, field: str) -> tuple[Condition, ...]:
    """What stands under `where`, in order of the fields; InvalidValue names what cannot be."""
    found = [_condition(name, told, subject, f"{field}.{name}") for name, told in where.items()]
    return tuple(sorted(found, key=lambda condition: condition.field))


def _condition(name: str, told: Any, subject: Subject, field: str) -> Condition:
    numeric = is_number(subject, name)
    if isinstance(told, dict):
        if not numeric:
            raise InvalidValue(field, told, "a text or a list of texts")
        if not told or not told.keys() <= {"least", "most"} or not all(map(_is_number, told.values())):
            raise InvalidValue(field, told, "numbers under least, most or both")
        return Condition(name, (), told.get("least"), told.get("most"))
    if name not in CATALOGUE_FIELDS or name not in subject.texts:
        check_text(subject, name, field)
    values = told if isinstance(told, list) else [told]
    right = (str, int, float, bool) if numeric else str
    if not values or not all(isinstance(value, right) for value in values):
        raise InvalidValue(field, told, "a text or a list of texts")
    return Condition(name, tuple(sorted(values, key=str)))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def accepts(narrowing: Narrowing, group: str, entry: Product | None) -> bool:
    """Whether what was counted under `group` is asked for; `entry` is the group's entry where it is a product."""
    for condition in narrowing:
        value = getattr(entry, condition.field, "") if condition.of_catalogue else group
        if value not in condition.values:
            return False
    return True
