"""The fields of events by the names a pack uses: texts to group and filter by, numbers to add up."""

from typing import NamedTuple, get_type_hints

from graph.errors import InvalidValue
from graph.events.family import (
    EVENT_TYPES,
    AccountEvent,
    AddedToCart,
    BehaviourEvent,
    CustomerEvent,
    Erased,
    Event,
    OrderLine,
    OutcomeReported,
    ProductEvent,
    Purchased,
    Rated,
    RemovedFromCart,
    Returned,
    Viewed,
)
from graph.ids import ProductId

__all__ = [
    "ATTRIBUTE",
    "CATALOGUE_FIELDS",
    "CONTEXT_FIELDS",
    "DERIVED_FIELDS",
    "LINE_FIELDS",
    "MONEY",
    "Subject",
    "check_number",
    "check_text",
    "is_number",
    "subject_of",
]

CATALOGUE_FIELDS = ("department", "category", "subcategory", "brand", "manufacturer")
"""What is known of a product by its catalogue entry: looked up on read, since it may come later than the event."""

CONTEXT_FIELDS = ("channel", "device", "place", "locale", "page")

DERIVED_FIELDS = ("hour", "weekday")
"""Reckoned from when the event was, on the clock there: 0 to 23, and 1 for Monday to 7."""

LINE_FIELDS = ("product", "quantity", "value", "discount")
"""What each line of an order has of its own."""

ATTRIBUTE = "attribute."
MONEY = ("value", "discount")

_NUMBERS = {
    Viewed.__name__: ("seconds",),
    AddedToCart.__name__: ("quantity",),
    RemovedFromCart.__name__: ("quantity",),
    Rated.__name__: ("rating",),
    Returned.__name__: ("quantity", "value"),
    Purchased.__name__: ("quantity", "value", "discount", "lines"),
    OrderLine.__name__: ("quantity", "value", "discount"),
    OutcomeReported.__name__: ("value",),
}


class Subject(NamedTuple):
    """What a feature counts: events of these types, or each line of an order. texts, numbers: the fields they have."""

    name: str
    types: tuple[type[Event], ...]
    by_line: bool
    texts: tuple[str, ...]
    numbers: tuple[str, ...]

    @property
    def has_attributes(self) -> bool:
        return self.types == (AccountEvent,)


def _subject(name: str, types: tuple[type[Event], ...], by_line: bool = False) -> Subject:
    held = [get_type_hints(kind) for kind in types]
    own = [field for field, hint in held[0].items() if hint in (str, ProductId) and field != "id"]
    texts = [field for field in own if all(field in fields for fields in held)]
    if by_line:
        texts.append("product")
    if "product" in texts:
        texts += CATALOGUE_FIELDS
    return Subject(name, types, by_line, (*texts, *CONTEXT_FIELDS, *DERIVED_FIELDS), _NUMBERS.get(name, ()))


_OF_CUSTOMERS = tuple(kind for kind in EVENT_TYPES if issubclass(kind, CustomerEvent) and kind is not Erased)
_SUBJECTS = {
    **{kind.__name__: _subject(kind.__name__, (kind,)) for kind in _OF_CUSTOMERS},
    **{
        wide.__name__: _subject(wide.__name__, tuple(kind for kind in _OF_CUSTOMERS if issubclass(kind, wide)))
        for wide in (CustomerEvent, BehaviourEvent, ProductEvent)
    },
    OrderLine.__name__: _subject(OrderLine.__name__, (Purchased,), by_line=True),
}


def subject_of(name: str, field: str) -> Subject:
    """The subject of a name, such as ``Viewed``, ``OrderLine`` or ``BehaviourEvent``; InvalidValue for another."""
    found = _SUBJECTS.get(name)
    if found is None:
        raise InvalidValue(field, name, f"one of {', '.join(sorted(_SUBJECTS))}")
    return found


def is_number(subject: Subject, name: str) -> bool:
    """Whether a field can be added up."""
    return name in subject.numbers or _is_attribute(subject, name)


def check_number(subject: Subject, name: str, field: str) -> None:
    """InvalidValue unless it is a field that can be added up."""
    if not is_number(subject, name):
        numbers = ", ".join(subject.numbers) or ("attribute.<name>" if subject.has_attributes else "none")
        raise InvalidValue(field, name, f"a number of {subject.name}: {numbers}")


def check_text(subject: Subject, name: str, field: str) -> None:
    """InvalidValue unless it is a field of the event itself that can be shown and compared."""
    if (name in subject.texts and name not in CATALOGUE_FIELDS) or _is_attribute(subject, name):
        return
    own = [text for text in subject.texts if text not in CATALOGUE_FIELDS]
    raise InvalidValue(field, name, f"a field of {subject.name}: {', '.join(own)}")


def _is_attribute(subject: Subject, name: str) -> bool:
    return subject.has_attributes and name.startswith(ATTRIBUTE) and name != ATTRIBUTE
