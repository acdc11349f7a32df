"""What a store refuses to hold, and the words it refuses it with."""

import math
from collections.abc import Collection
from typing import Any

import msgspec

from graph.customer_graph import Erasure
from graph.errors import InvalidValue
from graph.interactions import Interaction, InteractionKind
from graph.nodes import Campaign, Customer, NodeKind, NodeRef, Product, Relation

__all__ = ["TARGETS", "checked_relations", "refuse"]

TARGETS = frozenset({NodeKind.PRODUCT, NodeKind.CAMPAIGN, NodeKind.COUPON})
"""What an interaction can be with."""

_INT64 = range(-(2**63), 2**63)
_TEXTS = ("order", "place", "channel", "session", "caused_by", "currency")
_WHOLES = ("at", "utc_offset", "value", "discount")


def refuse(change: Any) -> None:
    """Raise InvalidValue, naming field, value and expectation, if no store can hold `change`."""
    match change:
        case Interaction():
            _refuse_interaction(change)
        case Customer() | Product() | Campaign():
            _refuse_entry(change)
        case Erasure():
            _text("customer", change.customer, filled=True)
        case _:
            raise InvalidValue("change", change, "a Customer, Product, Campaign, Interaction or Erasure")


def checked_relations(relations: Collection[str] | None) -> frozenset[str]:
    """`relations` themselves, or all there are; InvalidValue for one there is not."""
    every = {*InteractionKind, *Relation}
    for relation in relations or ():
        if relation not in every:
            raise InvalidValue("relations", relation, f"one of {', '.join(sorted(every))}")
    return frozenset(every if relations is None else relations)


def _refuse_interaction(interaction: Interaction) -> None:
    _text("key", interaction.key, filled=True)
    _text("customer", interaction.customer, filled=True)
    if interaction.kind not in set(InteractionKind):
        raise InvalidValue("kind", interaction.kind, f"one of {', '.join(InteractionKind)}")
    if not isinstance(interaction.target, NodeRef) or interaction.target.kind not in TARGETS:
        raise InvalidValue("target", interaction.target, "a product, campaign or coupon")
    _text("target.id", interaction.target.id, filled=True)
    for field in _TEXTS:
        _text(field, getattr(interaction, field))
    for field in _WHOLES:
        value = getattr(interaction, field)
        if not isinstance(value, int) or value not in _INT64:
            raise InvalidValue(field, value, "an integer of at most 64 bits")
    for field, number in (("quantity", interaction.quantity), ("rating", interaction.rating or 0.0)):
        if not isinstance(number, int | float) or not math.isfinite(number):
            raise InvalidValue(field, number, "a finite number")
    for name, value in interaction.attributes.items():
        _text("attributes", name)
        if not isinstance(value, str | int | float | bool):
            raise InvalidValue(f"attributes.{name}", value, "a text, a number or a boolean")
    _encodable("attributes", interaction.attributes)


def _refuse_entry(entry: Customer | Product | Campaign) -> None:
    kind = type(entry)
    _text(f"{kind.__name__.lower()}.id", entry.id, filled=True)
    for coupon in entry.coupons if isinstance(entry, Campaign) else ():
        _text("coupon.id", coupon.id, filled=True)
    try:
        msgspec.msgpack.decode(msgspec.msgpack.encode(entry), type=kind)
    except (msgspec.ValidationError, ValueError, TypeError, ArithmeticError) as error:
        raise InvalidValue(kind.__name__.lower(), entry, f"an entry that can be stored ({error})") from error


def _text(field: str, value: Any, *, filled: bool = False) -> None:
    if not isinstance(value, str) or (filled and not value):
        raise InvalidValue(field, value, "a non-empty string" if filled else "a string")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise InvalidValue(field, value, "a string of Unicode characters, without lone surrogates") from None


def _encodable(field: str, value: Any) -> None:
    try:
        msgspec.msgpack.encode(value)
    except (ValueError, TypeError, ArithmeticError) as error:
        raise InvalidValue(field, value, f"texts, numbers and booleans ({error})") from error
