"""Entries: what is said of customers, products and campaigns; the last to say it wins, by its stamp."""

import sqlite3
from collections.abc import Sequence

from graph.nodes import Campaign, Customer, NodeKind, Product, Relation
from graph.stores.merging import is_bare, merged
from graph.stores.shared import SHARED, shared_name
from graph.stores.sqlite.bodies import ENCODER, customer_of, decode_campaign, decode_product, decode_traits
from graph.stores.sqlite.recording import REFUSED, customer_rows, node_rows, remove_unused, said_why
from graph.stores.sqlite.schema import RELATIONS

__all__ = ["put_campaign", "put_customers", "put_products"]

_PUT_TRAITS = "UPDATE customer SET traits = ?1, search = search_text('customer', name, ?1) WHERE id = ?2"
_CODES = {relation: code for code, relation in enumerate(RELATIONS)}

Joined = tuple[Relation, NodeKind, str]


def put_customers(connection: sqlite3.Connection, customers: Sequence[Customer]) -> None:
    """Create the new ones and merge the traits of all, trait by trait."""
    try:
        rows, _ = customer_rows(connection, (each.id for each in customers))
        for each in customers:
            row = rows[each.id]
            [held] = connection.execute("SELECT traits FROM customer WHERE id = ?", (row,)).fetchone()
            customer = merged(customer_of(each.id, held), each)
            body = None if is_bare(customer) else ENCODER.encode((customer.traits, customer.stamps))
            if body != held:
                if body is not None:
                    decode_traits(body)  # what could not be read back is not written
                connection.execute(_PUT_TRAITS, (body, row))
    except REFUSED as error:
        raise said_why(customers, error) from error


def put_products(connection: sqlite3.Connection, products: Sequence[Product]) -> None:
    """Replace the entries of these products, and what joins them to their department, brand and the like."""
    try:
        shared: dict[Joined, int] = {}
        for each in products:
            body = ENCODER.encode(each)
            node = _replaced(connection, NodeKind.PRODUCT, each, None if is_bare(decode_product(body)) else body)
            if node is not None:
                joined = [(relation, kind, shared_name(each, field)) for relation, kind, field in SHARED]
                left = _relate(connection, node, {_joined(connection, join, shared) for join in joined if join[2]})
                if left:
                    remove_unused(connection, sorted(left))
                    shared.clear()  # a brand that went must not be found here
    except REFUSED as error:
        raise said_why(products, error) from error


def _joined(connection: sqlite3.Connection, joined: Joined, known: dict[Joined, int]) -> tuple[int, int]:
    relation, kind, name = joined
    if joined not in known:
        known[joined] = node_rows(connection, kind, (name,))[0][name]
    return _CODES[relation], known[joined]


def put_campaign(connection: sqlite3.Connection, campaign: Campaign) -> None:
    """Replace the entry of a campaign, its coupons and what those cover."""
    try:
        body = ENCODER.encode(campaign)
        node = _replaced(connection, NodeKind.CAMPAIGN, campaign, None if is_bare(decode_campaign(body)) else body)
        if node is not None:
            _put_coupons(connection, node, campaign)
    except REFUSED as error:
        raise said_why((campaign,), error) from error


def _replaced(
    connection: sqlite3.Connection, kind: NodeKind, entry: Product | Campaign, body: bytes | None
) -> int | None:
    """Write an entry unless the one held has a later stamp; its node if it was written and says something new."""
    rows, created = node_rows(connection, kind, (entry.id,))
    node = rows[entry.id]
    held = None if created else connection.execute("SELECT body FROM entry WHERE node = ?", (node,)).fetchone()
    if held is not None:
        decode = decode_product if kind is NodeKind.PRODUCT else decode_campaign
        if held[0] == body or entry.stamp < decode(held[0]).stamp:
            return None
    elif body is None:
        return None
    if body is None:
        connection.execute("DELETE FROM entry WHERE node = ?", (node,))
    else:
        connection.execute("INSERT OR REPLACE INTO entry (node, body) VALUES (?, ?)", (node, body))
    connection.execute("UPDATE node SET search = search_text(kind, name, ?) WHERE id = ?", (body, node))
    return node


def _put_coupons(connection: sqlite3.Connection, campaign: int, entry: Campaign) -> None:
    part_of, covers = _CODES[Relation.PART_OF], _CODES[Relation.COVERS]
    of_campaign = "SELECT source FROM relation WHERE target = ? AND relation = ?"
    old = {coupon for (coupon,) in connection.execute(of_campaign, (campaign, part_of))}
    rows, _ = node_rows(connection, NodeKind.COUPON, (coupon.id for coupon in entry.coupons))
    wanted: dict[int, set[tuple[int, int]]] = {coupon: set() for coupon in old}
    for said in entry.coupons:
        products, _ = node_rows(connection, NodeKind.PRODUCT, said.products)
        joined = wanted.setdefault(rows[said.id], set())
        joined |= {(part_of, campaign), *((covers, product) for product in products.values())}
    left = set(old)
    for coupon, joined in wanted.items():
        left |= _relate(connection, coupon, joined | _said_by_others(connection, campaign, coupon))
    remove_unused(connection, sorted(old))
    remove_unused(connection, sorted(left - old - {campaign}))


def _said_by_others(connection: sqlite3.Connection, campaign: int, coupon: int) -> set[tuple[int, int]]:
    """What other campaigns say of a coupon: an id may recur, and then covers what either of them says."""
    part_of, covers = _CODES[Relation.PART_OF], _CODES[Relation.COVERS]
    said: set[tuple[int, int]] = set()
    for other, body, name in connection.execute(
        """SELECT r.target, e.body, n.name
            FROM relation r JOIN entry e ON e.node = r.target JOIN node n ON n.id = r.source
            WHERE r.source = ? AND r.relation = ? AND r.target <> ?""",
        (coupon, part_of, campaign),
    ).fetchall():
        products = [p for each in decode_campaign(body).coupons if each.id == name for p in each.products]
        rows, _ = node_rows(connection, NodeKind.PRODUCT, products)
        said |= {(part_of, other), *((covers, product) for product in rows.values())}
    return said


def _relate(connection: sqlite3.Connection, source: int, wanted: set[tuple[int, int]]) -> set[int]:
    """Make the (relation, target) `wanted` all that leaves `source`; the targets left, which nothing may name now."""
    old = set(connection.execute("SELECT relation, target FROM relation WHERE source = ?", (source,)).fetchall())
    gone, new = old - wanted, wanted - old
    if new:
        connection.executemany(
            "INSERT INTO relation (source, relation, target) VALUES (?, ?, ?)",
            [(source, *each) for each in sorted(new)],
        )
    if gone:
        connection.executemany(
            "DELETE FROM relation WHERE source = ? AND relation = ? AND target = ?",
            [(source, *each) for each in sorted(gone)],
        )
    return {target for _, target in gone}
