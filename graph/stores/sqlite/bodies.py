"""Bodies: what is stated of customers, products and campaigns, as the file holds it."""

import sqlite3
from collections.abc import Iterable

import msgspec

from graph.customer_graph import Entry
from graph.ids import CustomerId, ProductId
from graph.nodes import Campaign, Customer, NodeKind, NodeRef, Product, Stamp, Trait

__all__ = [
    "ENCODER",
    "STATED",
    "customer_of",
    "decode_campaign",
    "decode_product",
    "decode_traits",
    "entries",
    "entry_of",
]

ENCODER = msgspec.msgpack.Encoder(order="deterministic")
decode_product = msgspec.msgpack.Decoder(Product).decode
decode_campaign = msgspec.msgpack.Decoder(Campaign).decode
decode_traits = msgspec.msgpack.Decoder(tuple[dict[str, Trait], dict[str, Stamp]]).decode

_CUSTOMER = "SELECT traits FROM customer WHERE name = ?"
_NODE = "SELECT e.body FROM node n LEFT JOIN entry e ON e.node = n.id WHERE n.kind = ? AND n.name = ?"
STATED = frozenset({NodeKind.CUSTOMER, NodeKind.PRODUCT, NodeKind.CAMPAIGN})
"""The kinds of node something can be stated of."""


def entries(connection: sqlite3.Connection, nodes: Iterable[NodeRef]) -> dict[NodeRef, Entry]:
    """The entries of those of `nodes` that exist and can have one."""
    found: dict[NodeRef, Entry] = {}
    for node in nodes:
        if node.kind not in STATED:
            continue
        if node.kind == NodeKind.CUSTOMER:
            held = connection.execute(_CUSTOMER, (node.id,)).fetchone()
        else:
            held = connection.execute(_NODE, node).fetchone()
        if held is not None:
            found[node] = entry_of(node, held[0])
    return found


def entry_of(node: NodeRef, body: bytes | None) -> Entry:
    """A customer, product or campaign from its body; one without has its id alone."""
    match node.kind:
        case NodeKind.CUSTOMER:
            return customer_of(node.id, body)
        case NodeKind.PRODUCT:
            return Product(id=ProductId(node.id)) if body is None else decode_product(body)
    return Campaign(id=node.id) if body is None else decode_campaign(body)


def customer_of(name: str, body: bytes | None) -> Customer:
    """The customer a row of the table holds."""
    traits, stamps = decode_traits(body) if body else ({}, {})
    return Customer(id=CustomerId(name), traits=traits, stamps=stamps)
