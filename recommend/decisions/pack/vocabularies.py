"""Vocabularies: which names a rule of a pack may read, by where it stands."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from graph.errors import InvalidValue
from graph.events.family import (
    AccountEvent,
    AddedToCart,
    Bounced,
    Clicked,
    Delivered,
    Dismissed,
    Opened,
    OutcomeReported,
    Purchased,
    Rated,
    Redeemed,
    RemovedFromCart,
    Returned,
    Searched,
    Unsubscribed,
    Viewed,
)
from graph.profile.features.table import FeatureTable
from recommend.decisions.conditions.names.variable import ValueType, Variable
from recommend.decisions.conditions.names.vocabulary import Vocabulary
from recommend.decisions.pack.written.about import About, Declared, ValueKind

__all__ = ["Vocabularies"]

_TYPES = {
    ValueKind.NUMBER: ValueType.NUMBER,
    ValueKind.TEXT: ValueType.TEXT,
    ValueKind.BOOL: ValueType.BOOL,
    ValueKind.LIST: ValueType.TEXTS,
}


def _text(name: str, surely: bool = False) -> Variable:
    return Variable(name, ValueType.TEXT, surely=surely)


def _count(name: str) -> Variable:
    return Variable(name, ValueType.NUMBER, 0, whole=True, surely=True)


def _number(name: str, least: float | None = None) -> Variable:
    return Variable(name, ValueType.NUMBER, least)


_WHERE = tuple(_text(f"event.{name}") for name in ("channel", "device", "place", "page"))
_PRODUCT_EVENT = (
    _text("event.product", surely=True),
    *(_text(f"event.{name}") for name in ("department", "category", "subcategory", "brand")),
    _number("event.price", 0),
    *_WHERE,
)
_QUANTITY = _number("event.quantity", 0)
_EVENTS: Mapping[str, tuple[Variable, ...]] = {
    Viewed.__name__: (*_PRODUCT_EVENT, _number("event.seconds", 0)),
    Clicked.__name__: _PRODUCT_EVENT,
    Dismissed.__name__: _PRODUCT_EVENT,
    AddedToCart.__name__: (*_PRODUCT_EVENT, _QUANTITY),
    RemovedFromCart.__name__: (*_PRODUCT_EVENT, _QUANTITY),
    Rated.__name__: (*_PRODUCT_EVENT, Variable("event.rating", ValueType.NUMBER, 0, 5, surely=True)),
    Returned.__name__: (*_PRODUCT_EVENT, _QUANTITY, _number("event.value")),
    Purchased.__name__: (*_WHERE, _text("event.order", surely=True), _number("event.value"), _count("event.lines")),
    Searched.__name__: (*_WHERE, _text("event.query", surely=True)),
    Redeemed.__name__: (*_WHERE, _text("event.coupon", surely=True)),
    Delivered.__name__: (*_WHERE, _text("event.campaign", surely=True)),
    Opened.__name__: (*_WHERE, _text("event.campaign", surely=True)),
    Bounced.__name__: (*_WHERE, _text("event.reason", surely=True)),
    Unsubscribed.__name__: (*_WHERE, _text("event.topic", surely=True)),
    OutcomeReported.__name__: (*_WHERE, _text("event.outcome", surely=True), _number("event.value")),
}
"""The events of every business a rule may wait for, with what each says."""

_MOMENT = (
    Variable("now.hour", ValueType.NUMBER, 0, 23, whole=True, surely=True),
    Variable("now.weekday", ValueType.NUMBER, 1, 7, whole=True, surely=True),
    Variable("now.day", ValueType.NUMBER, 1, 31, whole=True, surely=True),
)
_SESSION = (_count("session.events"), _count("session.views"), _count("session.cart_lines"), _text("session.category"))
_CONTEXT = tuple(_text(f"context.{name}") for name in ("channel", "device", "place", "locale", "page"))
_PRODUCT = (
    _text("product.id", surely=True),
    *(_text(f"product.{name}") for name in ("name", "department", "category", "subcategory", "brand", "manufacturer")),
    _number("product.price", 0),
    Variable("product.in_stock", ValueType.BOOL, surely=True),
    Variable("product.regions", ValueType.TEXTS, surely=True),
)
_OWN = (
    _count("own.bought"),
    _number("own.days_since_bought", 0),
    _number("own.usual_gap_days", 0),
    _count("own.viewed"),
)


@dataclass(frozen=True)
class Vocabularies:
    """The names of a pack, from its feature table and from what it declares.

    customer: of whoever it is decided for: profile, trait, state, session, and the moment's context. product: of a
    product of the catalogue. both: these, and what the customer did with that product.
    events: what each event says; only `event.*`.
    """

    customer: Vocabulary
    product: Vocabulary
    both: Vocabulary
    events: Mapping[str, Vocabulary]

    @classmethod
    def of(cls, about: About, states: Iterable[str], features: FeatureTable) -> "Vocabularies":
        """InvalidValue for a declared name that cannot be, its field the place in `pack.yaml`."""
        attributes = {
            name: _TYPES[declared.type] for event in about.events.values() for name, declared in event.items()
        }
        customer = [
            *Vocabulary.of_features(features, attributes).variables.values(),
            *_declared("trait", about.traits),
            *_joined(_CONTEXT, _declared("context", about.context)),
            *_MOMENT,
            *_SESSION,
            *(Variable(f"state.{name}", ValueType.BOOL, surely=True) for name in states),
        ]
        product = _joined(_PRODUCT, _declared("product", about.products))
        events = {
            name: _joined(_WHERE, _declared("event", attributes, f"events.{name}"))
            for name, attributes in about.events.items()
        }
        for name in events:
            if name in _EVENTS or name == AccountEvent.__name__:
                raise InvalidValue(f"events.{name}", name, "another name: every business has an event of this one")
        return cls(
            Vocabulary.of(customer),
            Vocabulary.of(product),
            Vocabulary.of([*customer, *product, *_OWN]),
            {name: Vocabulary.of(variables) for name, variables in ({**_EVENTS, **events}).items()},
        )

    def event(self, name: str, field: str = "event") -> Vocabulary:
        """What an event says; InvalidValue naming `field` for one that nothing declares."""
        found = self.events.get(name)
        if found is None:
            close = get_close_matches(name, self.events, n=3, cutoff=0.5) or sorted(self.events)
            raise InvalidValue(field, name, f"an event of pack.yaml or of every business, such as {', '.join(close)}")
        return found

    def with_event(self, base: Vocabulary, name: str, field: str = "event") -> Vocabulary:
        """The names of `base` and of an event; InvalidValue as `event`."""
        return Vocabulary.of([*base.variables.values(), *self.event(name, field).variables.values()])


def _declared(namespace: str, declared: Mapping[str, Declared], place: str = "") -> list[Variable]:
    return [_variable(namespace, name, one, place or _PLACES[namespace]) for name, one in declared.items()]


_PLACES = {"trait": "traits", "context": "context", "product": "products"}


def _variable(namespace: str, name: str, declared: Declared, place: str) -> Variable:
    try:
        return Variable(
            f"{namespace}.{name}",
            _TYPES[declared.type],
            declared.least,
            declared.most,
            surely=declared.always,
            choices=declared.one_of or None,
        )
    except InvalidValue as refused:
        raise InvalidValue(f"{place}.{name}", refused.value, refused.expected) from None


def _joined(given: Iterable[Variable], declared: Iterable[Variable]) -> list[Variable]:
    """What is always there, said more narrowly where the pack declares it."""
    return list({variable.name: variable for variable in (*given, *declared)}.values())
