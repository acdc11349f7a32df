"""Export: everything a database holds, as records in one order whatever order they came in."""

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from graph.customer_graph import Entry, Record, RecordKind
from graph.interactions import Interaction, InteractionKind
from graph.nodes import Campaign, Customer, NodeKind, NodeRef, Product
from graph.stores.neo4j.entries import decode
from graph.stores.neo4j.properties import interaction_of
from graph.stores.neo4j.schema import INTERACTION_TYPES, LABELS, type_of
from graph.stores.neo4j.spool import Spool

if TYPE_CHECKING:
    from neo4j import ManagedTransaction

__all__ = ["Exported"]

ENTRIES = {
    kind: f"MATCH (n:{LABELS[kind]}) RETURN n.id AS id, n.entry AS body"
    for kind in (NodeKind.CUSTOMER, NodeKind.PRODUCT, NodeKind.CAMPAIGN)
}
# A row a customer; `on` says again what `at` and `utc_offset` say, and dates are slow to read.
INTERACTIONS = f"""MATCH (c:Customer)
    CALL (c) {{
        MATCH (c)-[r:{"|".join(INTERACTION_TYPES)}]->(t)
        RETURN collect([type(r), [label IN labels(t) WHERE label IN $labels][0], t.id, r {{.*, on: null}}]) AS rows
    }}
    RETURN c.id AS customer, rows"""

_SOURCES: tuple[tuple[RecordKind, NodeKind], ...] = (
    (Customer, NodeKind.CUSTOMER),
    (Product, NodeKind.PRODUCT),
    (Campaign, NodeKind.CAMPAIGN),
)
_KINDS = {type_of(kind): kind for kind in InteractionKind}
_TARGETS = {label: kind for kind, label in LABELS.items()}


class Exported:
    """All that was in the database in one transaction: what is yielded later is as it was then."""

    def __init__(self, tx: "ManagedTransaction", kinds: Collection[RecordKind] | None) -> None:
        self._entries: list[Entry] = []
        self._spool = Spool()
        for record, kind in _SOURCES:
            if kinds is None or record in kinds:
                rows = [decode(kind, row["id"], row["body"]) for row in tx.run(ENTRIES[kind])]
                self._entries += sorted(rows, key=lambda entry: entry.id)
        if kinds is None or Interaction in kinds:
            for row in tx.run(INTERACTIONS, labels=list(_TARGETS)):
                for type_, label, target, held in row["rows"]:
                    node = NodeRef(_TARGETS[label], target)
                    self._spool.put(interaction_of(row["customer"], _KINDS[type_], node, held))

    def __iter__(self) -> Iterator[Record]:
        yield from self._entries
        yield from self._spool.by_key()
