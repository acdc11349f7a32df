"""Search: nodes by their id, name or traits."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from graph.nodes import NodeKind, NodeRef
from graph.stores.neo4j.schema import LABELS
from graph.stores.search_text import MIN_CHARACTERS, folded, whole_ids

if TYPE_CHECKING:
    from neo4j import ManagedTransaction

__all__ = ["search"]

HOLDING = {
    kind: f"""MATCH (n:{label}) WHERE n.search CONTAINS $folded
        WITH n.id AS id, CASE WHEN n.id = $text OR n.search STARTS WITH $folded + '\\n' THEN 0
            WHEN n.search STARTS WITH $folded THEN 1 ELSE 2 END AS rank
        RETURN rank, id ORDER BY rank, id LIMIT $limit"""
    for kind, label in LABELS.items()
}
WHOLE = {
    kind: f"UNWIND $ids AS id MATCH (n:{label} {{id: id}}) RETURN 0 AS rank, n.id AS id ORDER BY n.id LIMIT $limit"
    for kind, label in LABELS.items()
}


def search(tx: "ManagedTransaction", text: str, kinds: Collection[NodeKind] | None, limit: int) -> list[NodeRef]:
    """The first `limit` nodes as `GraphReader.search` orders them; each kind's text index is asked."""
    sought, limit = text.strip(), max(limit, 0)
    found: list[tuple[int, NodeRef]] = []
    for kind in set(NodeKind if kinds is None else kinds):
        if len(folded(text)) >= MIN_CHARACTERS:
            rows = tx.run(HOLDING[kind], folded=folded(text), text=sought, limit=limit)
        else:
            ids = whole_ids(sought) if kind == NodeKind.CUSTOMER else [sought]
            rows = tx.run(WHOLE[kind], ids=ids, limit=limit)
        found += ((row["rank"], NodeRef(kind, row["id"])) for row in rows)
    return [node for _, node in sorted(found)[:limit]]
