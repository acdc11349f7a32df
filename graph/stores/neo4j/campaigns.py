"""Campaigns: their entries, their coupons, and what those cover."""

from typing import TYPE_CHECKING

from graph.nodes import Campaign, NodeKind, NodeRef, Relation
from graph.stores.neo4j.entries import decode, put_entries
from graph.stores.neo4j.recording import put_bare, remove_unused
from graph.stores.neo4j.schema import type_of

if TYPE_CHECKING:
    from neo4j import ManagedTransaction

__all__ = ["put_campaign"]

_PART_OF, _COVERS = type_of(Relation.PART_OF), type_of(Relation.COVERS)
FIND_SAID = f"""UNWIND $coupons AS id
    MATCH (:Coupon {{id: id}})-[:{_PART_OF}]->(campaign:Campaign)
    RETURN DISTINCT campaign.id AS id, campaign.entry AS body"""
FIND_COVERED = f"""UNWIND $coupons AS id MATCH (k:Coupon {{id: id}})-[:{_COVERS}]->(p:Product)
    RETURN k.id AS coupon, p.id AS product"""
FIND_PARTS = f"""UNWIND $coupons AS id MATCH (k:Coupon {{id: id}})-[:{_PART_OF}]->(c:Campaign)
    RETURN k.id AS coupon, c.id AS campaign"""
COVER = f"""UNWIND $rows AS row
    MATCH (k:Coupon {{id: row[0]}}) WITH k, row[1] AS product MATCH (p:Product {{id: product}})
    CREATE (k)-[:{_COVERS}]->(p)"""
UNCOVER = f"""UNWIND $rows AS row MATCH (:Coupon {{id: row[0]}})-[r:{_COVERS}]->(:Product {{id: row[1]}}) DELETE r"""
JOIN = f"""UNWIND $rows AS row
    MATCH (k:Coupon {{id: row[0]}}) WITH k, row[1] AS campaign MATCH (c:Campaign {{id: campaign}})
    CREATE (k)-[:{_PART_OF}]->(c)"""
LEAVE = f"""UNWIND $rows AS row MATCH (:Coupon {{id: row[0]}})-[r:{_PART_OF}]->(:Campaign {{id: row[1]}}) DELETE r"""

Pairs = set[tuple[str, str]]


def put_campaign(tx: "ManagedTransaction", campaign: Campaign) -> None:
    """Replace the entry of a campaign, its coupons and what those cover.

    A coupon's id may recur between campaigns: it is part of each and covers what either says.
    """
    for before, after in put_entries(tx, NodeKind.CAMPAIGN, [campaign]):
        coupons = sorted({each.id for each in (*before.coupons, *after.coupons)})
        said = {after.id: after, **_said_by_others(tx, after.id, coupons)}
        parts: Pairs = set()
        covered: Pairs = set()
        for each in said.values():
            for coupon in each.coupons:
                if coupon.id in coupons:
                    parts.add((coupon.id, each.id))
                    covered |= {(coupon.id, product) for product in coupon.products}
        put_bare(tx, (NodeRef(NodeKind.COUPON, coupon) for coupon, _ in parts))
        put_bare(tx, (NodeRef(NodeKind.PRODUCT, product) for _, product in covered))
        _make(tx, _pairs(tx, FIND_PARTS, coupons), parts, JOIN, LEAVE)
        held = _pairs(tx, FIND_COVERED, coupons)
        _make(tx, held, covered, COVER, UNCOVER)
        remove_unused(tx, (NodeRef(NodeKind.COUPON, coupon) for coupon in coupons))
        remove_unused(tx, (NodeRef(NodeKind.PRODUCT, product) for _, product in held - covered))


def _said_by_others(tx: "ManagedTransaction", campaign: str, coupons: list[str]) -> dict[str, Campaign]:
    said: dict[str, Campaign] = {}
    for row in tx.run(FIND_SAID, coupons=coupons):
        entry = decode(NodeKind.CAMPAIGN, row["id"], row["body"])
        if isinstance(entry, Campaign) and entry.id != campaign:
            said[entry.id] = entry
    return said


def _pairs(tx: "ManagedTransaction", statement: str, coupons: list[str]) -> Pairs:
    return {(coupon, other) for coupon, other in tx.run(statement, coupons=coupons).values()}


def _make(tx: "ManagedTransaction", held: Pairs, wanted: Pairs, join: str, part: str) -> None:
    """Make `wanted` of what is `held`."""
    for statement, pairs in ((join, wanted - held), (part, held - wanted)):
        if pairs:
            tx.run(statement, rows=[list(pair) for pair in sorted(pairs)]).consume()
