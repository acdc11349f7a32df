"""Entries: what is said of customers and products; the last to say it wins, by its stamp."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, TypeVar

import msgspec

from graph.customer_graph import Entry
from graph.ids import CustomerId, ProductId
from graph.nodes import Campaign, Customer, NodeKind, NodeRef, Product, Stamp
from graph.stores.merging import is_bare, merged
from graph.stores.neo4j.properties import Properties, entry_properties
from graph.stores.neo4j.recording import put_bare, remove_unused
from graph.stores.neo4j.schema import LABELS, LISTED, type_of
from graph.stores.shared import SHARED, shared_name

if TYPE_CHECKING:
    from neo4j import ManagedTransaction

__all__ = ["decode", "encoded", "entries", "put_customers", "put_entries", "put_products"]

FIND = {
    kind: f"UNWIND $ids AS id MATCH (n:{LABELS[kind]} {{id: id}}) RETURN n.id AS id, n.entry AS body"
    for kind in (NodeKind.CUSTOMER, NodeKind.PRODUCT, NodeKind.CAMPAIGN)
}
PUT_CUSTOMERS = """UNWIND $rows AS row MATCH (n:Customer {id: row.id})
    WITH n, row, n.products_bought AS bought SET n = row SET n.products_bought = bought"""
PUT_STATED = {
    kind: f"UNWIND $rows AS row MATCH (n:{LABELS[kind]} {{id: row.id}}) SET n = row SET n:{LISTED}"
    for kind in (NodeKind.PRODUCT, NodeKind.CAMPAIGN)
}
PUT_UNSTATED = {
    kind: f"UNWIND $rows AS row MATCH (n:{LABELS[kind]} {{id: row.id}}) SET n = row REMOVE n:{LISTED}"
    for kind in (NodeKind.PRODUCT, NodeKind.CAMPAIGN)
}

JOIN = {
    relation: f"""UNWIND $rows AS row
        MATCH (p:Product {{id: row[0]}}) WITH p, row[1] AS shared MATCH (s:{LABELS[kind]} {{id: shared}})
        CREATE (p)-[:{type_of(relation)}]->(s)"""
    for relation, kind, _ in SHARED
}
PART = {
    relation: f"UNWIND $ids AS id MATCH (:Product {{id: id}})-[r:{type_of(relation)}]->(:{LABELS[kind]}) DELETE r"
    for relation, kind, _ in SHARED
}

_ENCODER = msgspec.msgpack.Encoder(order="deterministic")
_decode_customer = msgspec.msgpack.Decoder(Customer).decode
_decode_product = msgspec.msgpack.Decoder(Product).decode
_decode_campaign = msgspec.msgpack.Decoder(Campaign).decode

Stated = TypeVar("Stated", Product, Campaign)


def entries(tx: "ManagedTransaction", nodes: Iterable[NodeRef]) -> dict[NodeRef, Entry]:
    """The entries of those of `nodes` that exist and can have one."""
    asked = list(nodes)
    found: dict[NodeRef, Entry] = {}
    for kind, statement in FIND.items():
        ids = [node.id for node in asked if node.kind == kind]
        if ids:
            found |= {
                NodeRef(kind, row["id"]): decode(kind, row["id"], row["body"]) for row in tx.run(statement, ids=ids)
            }
    return {node: found[node] for node in asked if node in found}


def decode(kind: NodeKind, name: str, body: bytes | None) -> Entry:
    """A customer, product or campaign from what its node holds; one without an entry has its id alone."""
    match kind:
        case NodeKind.CUSTOMER:
            return Customer(id=CustomerId(name)) if body is None else _decode_customer(body)
        case NodeKind.PRODUCT:
            return Product(id=ProductId(name)) if body is None else _decode_product(body)
    return Campaign(id=name) if body is None else _decode_campaign(body)


def encoded(entry: Entry) -> bytes | None:
    """The body of an entry, None where it says nothing but its id."""
    return None if is_bare(entry) else _ENCODER.encode(entry)


def put_customers(tx: "ManagedTransaction", customers: Sequence[Customer]) -> None:
    """Create the new ones and merge the traits of all, trait by trait."""
    if not customers:
        return
    nodes = [NodeRef(NodeKind.CUSTOMER, each.id) for each in customers]
    put_bare(tx, nodes)
    held = entries(tx, dict.fromkeys(nodes))
    after = dict(held)
    for node, each in zip(nodes, customers, strict=True):
        before = after[node]
        assert isinstance(before, Customer)
        after[node] = merged(before, each)
    rows = [_row(each) for node, each in sorted(after.items()) if each != held[node]]
    tx.run(PUT_CUSTOMERS, rows=rows).consume()


def put_products(tx: "ManagedTransaction", products: Sequence[Product]) -> None:
    """Replace the entries of these products, and what joins them to their department, brand and the like."""
    changed = put_entries(tx, NodeKind.PRODUCT, products)
    for relation, kind, field in SHARED:
        moved = [(new.id, shared_name(old, field), shared_name(new, field)) for old, new in changed]
        left = sorted(product for product, old, new in moved if old and old != new)
        joined = sorted([product, new] for product, old, new in moved if new and old != new)
        if left:
            tx.run(PART[relation], ids=left).consume()
        if joined:
            put_bare(tx, (NodeRef(kind, shared) for _, shared in joined))
            tx.run(JOIN[relation], rows=joined).consume()
        remove_unused(tx, (NodeRef(kind, old) for _, old, new in moved if old and old != new))


def put_entries(tx: "ManagedTransaction", kind: NodeKind, said: Sequence[Stated]) -> list[tuple[Stated, Stated]]:
    """Write entries, each unless the one held has a later stamp; as (before, after) those that say something new."""
    if not said:
        return []
    nodes = [NodeRef(kind, each.id) for each in said]
    put_bare(tx, nodes)
    held = entries(tx, dict.fromkeys(nodes))
    after = dict(held)
    for node, each in zip(nodes, said, strict=True):
        if is_bare(after[node]) or each.stamp >= _stamp(after[node]):
            after[node] = each
    changed = [node for node in sorted(held) if after[node] != held[node]]
    stated: list[Properties] = []
    unstated: list[Properties] = []
    for node in changed:
        row = _row(after[node])
        (stated if "entry" in row else unstated).append(row)
    if stated:
        tx.run(PUT_STATED[kind], rows=stated).consume()
    if unstated:
        tx.run(PUT_UNSTATED[kind], rows=unstated).consume()
    return [(held[node], after[node]) for node in changed]  # type: ignore[misc]


def _stamp(entry: Entry) -> Stamp:
    assert not isinstance(entry, Customer)
    return entry.stamp


def _row(entry: Entry) -> Properties:
    return entry_properties(entry, encoded(entry))
