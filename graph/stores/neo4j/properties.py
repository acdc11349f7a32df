"""Properties: records as the properties an analyst reads, and interactions back from theirs."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import msgspec

from graph.customer_graph import Entry
from graph.errors import InvalidValue
from graph.ids import CustomerId
from graph.instants import DAY, MINUTE, Instant
from graph.interactions import Interaction, InteractionKind
from graph.nodes import Campaign, Customer, NodeRef, Product, Trait
from graph.stores.search_text import search_text

__all__ = ["MAX_INDEXED_BYTES", "entry_properties", "indexable", "interaction_of", "interaction_properties"]

MAX_INDEXED_BYTES = 8_000
"""The longest text an index of Neo4j holds, a little below its own limit."""

Properties = dict[str, Any]

_TEXTS = ("currency", "order", "place", "channel", "session", "caused_by")
_OF_INTERACTION = frozenset(
    {"key", "at", "on", "utc_offset", "quantity", "value", "discount", "rating", "rest", *_TEXTS}
)
_OF_NODE = frozenset({"id", "entry", "search", "products_bought"})
_SHOWN = ("name", "department", "category", "subcategory", "brand", "manufacturer", "package_size", "currency")
_OF_PRODUCT = _OF_NODE | {*_SHOWN, "price", "in_stock", "retired", "regions"}

_EPOCH = date(1970, 1, 1)
_FIRST_DAY, _LAST_DAY = (date.min - _EPOCH).days, (date.max - _EPOCH).days
_INT64 = range(-(2**63), 2**63)
_ENCODER = msgspec.msgpack.Encoder(order="deterministic")
_decode_rest = msgspec.msgpack.Decoder(dict[str, Trait]).decode


def entry_properties(entry: Entry, body: bytes | None) -> Properties:
    """What is stated of a customer, product or campaign: `entry`, which Patron reads, and the rest for all others."""
    shown: Properties = {"id": entry.id, "search": search_text(entry)}
    match entry:
        case Customer():
            shown |= _plain(entry.traits, _OF_NODE)
        case Product():
            shown |= {name: value for name in _SHOWN if (value := getattr(entry, name))}
            shown |= _plain(entry.attributes, _OF_PRODUCT)
            if body is not None:
                shown |= {"in_stock": entry.in_stock, "retired": entry.retired}
            if entry.price is not None:
                shown["price"] = entry.price
            if entry.regions:
                shown["regions"] = list(entry.regions)
        case Campaign():
            shown |= {"kind": entry.kind} if entry.kind else {}
            for name in ("starts", "ends"):
                moment: Instant | None = getattr(entry, name)
                if moment is not None:
                    shown |= {name: moment, f"{name}_on": _date(moment // DAY)}
    if body is not None:
        shown["entry"] = body
    return {name: value for name, value in shown.items() if not isinstance(value, int) or value in _INT64}


def interaction_properties(interaction: Interaction) -> Properties:
    """The properties of an interaction's relationship; what stands at its default is left out."""
    at, offset = interaction.at, interaction.utc_offset
    held: Properties = {
        "key": interaction.key,
        "at": at,
        "quantity": float(interaction.quantity),
        "value": interaction.value,
    }
    on = _date((at + offset * MINUTE) // DAY)
    if on is not None:
        held["on"] = on
    if offset:
        held["utc_offset"] = offset
    if interaction.discount:
        held["discount"] = interaction.discount
    if interaction.rating is not None:
        held["rating"] = float(interaction.rating)
    for name in _TEXTS:
        text = getattr(interaction, name)
        if text:
            held[name] = text
    if interaction.attributes:
        plain = _plain(interaction.attributes, _OF_INTERACTION)
        held |= plain
        if len(plain) < len(interaction.attributes):
            rest = {name: value for name, value in interaction.attributes.items() if name not in plain}
            held["rest"] = _ENCODER.encode(rest)
    return held


def interaction_of(customer: str, kind: InteractionKind, target: NodeRef, held: Mapping[str, Any]) -> Interaction:
    """The interaction a relationship with these properties is; `on` may be missing."""
    attributes = {name: value for name, value in held.items() if name not in _OF_INTERACTION}
    if "rest" in held:
        attributes |= _decode_rest(held["rest"])
    return Interaction(
        key=held["key"],
        customer=CustomerId(customer),
        kind=kind,
        target=target,
        at=Instant(held["at"]),
        utc_offset=held.get("utc_offset", 0),
        quantity=held["quantity"],
        value=held["value"],
        discount=held.get("discount", 0),
        currency=held.get("currency", ""),
        rating=held.get("rating"),
        order=held.get("order", ""),
        place=held.get("place", ""),
        channel=held.get("channel", ""),
        session=held.get("session", ""),
        caused_by=held.get("caused_by", ""),
        attributes=attributes,
    )


def indexable(field: str, text: str) -> str:
    """`text` itself; InvalidValue where no index of Neo4j can hold it."""
    if len(text) > MAX_INDEXED_BYTES // 4 and len(text.encode()) > MAX_INDEXED_BYTES:
        raise InvalidValue(field, text, f"at most {MAX_INDEXED_BYTES} bytes, which is what the graph store can index")
    return text


def _plain(values: Mapping[str, Trait], taken: frozenset[str]) -> Properties:
    """Those that can stand under their own name beside the names that are `taken`."""
    return {
        name: value
        for name, value in values.items()
        if name and name not in taken and "\0" not in name and (not isinstance(value, int) or value in _INT64)
    }


def _date(day: int) -> date | None:
    """A day since 1970-01-01 as a date, None outside the years a date can have."""
    return _EPOCH + timedelta(days=day) if _FIRST_DAY <= day <= _LAST_DAY else None
