"""Export: everything a graph file holds, as records in one order whatever order they came in."""

import sqlite3
from collections.abc import Callable, Collection, Iterator
from functools import partial

import msgspec

from graph.customer_graph import Entry, Record, RecordKind
from graph.ids import CustomerId
from graph.instants import Instant
from graph.interactions import Interaction
from graph.nodes import Campaign, Customer, NodeKind, NodeRef, Product, Trait
from graph.stores.sqlite.bodies import customer_of, entry_of
from graph.stores.sqlite.schema import KINDS

__all__ = ["export"]

_ENTRIES = "SELECT n.name, e.body FROM node n LEFT JOIN entry e ON e.node = n.id WHERE n.kind = ? ORDER BY n.name"
_INTERACTIONS = """SELECT s.text || i.suffix AS key, c.name, i.kind, n.kind, n.name, i.at, i.utc_offset, i.quantity,
        i.value, i.discount, o.currency, i.rating, o."order", o.place, o.channel, o.session, o.caused_by, i.attributes
    FROM interaction i CROSS JOIN stem s ON s.id = i.stem CROSS JOIN customer c ON c.id = i.customer
        CROSS JOIN node n ON n.id = i.target CROSS JOIN occasion o ON o.id = i.occasion
    ORDER BY key"""

_decode_attributes = msgspec.msgpack.Decoder(dict[str, Trait]).decode


def export(connection: sqlite3.Connection, kinds: Collection[RecordKind] | None) -> Iterator[Record]:
    """Customers, products and campaigns by id, then interactions by key; the named kinds only, or all."""
    sources: tuple[tuple[RecordKind, Callable[[sqlite3.Connection], Iterator[Record]]], ...] = (
        (Customer, _customers),
        (Product, partial(_entries, NodeKind.PRODUCT)),
        (Campaign, partial(_entries, NodeKind.CAMPAIGN)),
        (Interaction, _interactions),
    )
    for kind, read in sources:
        if kinds is None or kind in kinds:
            yield from read(connection)


def _customers(connection: sqlite3.Connection) -> Iterator[Customer]:
    for name, traits in connection.execute("SELECT name, traits FROM customer ORDER BY name"):
        yield customer_of(name, traits)


def _entries(kind: NodeKind, connection: sqlite3.Connection) -> Iterator[Entry]:
    for name, body in connection.execute(_ENTRIES, (kind,)):
        yield entry_of(NodeRef(kind, name), body)


def _interactions(connection: sqlite3.Connection) -> Iterator[Interaction]:
    node_kinds = {kind.value: kind for kind in NodeKind}
    for (
        key,
        customer,
        kind,
        target_kind,
        target,
        at,
        utc_offset,
        quantity,
        value,
        discount,
        currency,
        rating,
        order,
        place,
        channel,
        session,
        caused_by,
        attributes,
    ) in connection.execute(_INTERACTIONS):
        yield Interaction(
            key=key,
            customer=CustomerId(customer),
            kind=KINDS[kind],
            target=NodeRef(node_kinds[target_kind], target),
            at=Instant(at),
            utc_offset=utc_offset,
            quantity=quantity,
            value=value,
            discount=discount,
            currency=currency,
            rating=rating,
            order=order,
            place=place,
            channel=channel,
            session=session,
            caused_by=caused_by,
            attributes=_decode_attributes(attributes) if attributes else {},
        )
