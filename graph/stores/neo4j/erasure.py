"""Erasure: a customer and all they did leave the database; every other node and relationship stays as it is."""

from typing import TYPE_CHECKING

from graph.ids import CustomerId
from graph.nodes import NodeKind, NodeRef
from graph.stores.neo4j.recording import remove_unused
from graph.stores.neo4j.schema import LABELS
from graph.stores.refusals import TARGETS

if TYPE_CHECKING:
    from neo4j import ManagedTransaction

__all__ = ["erase"]

FIND_TARGETS = {
    kind: f"MATCH (:Customer {{id: $id}})-->(t:{LABELS[kind]}) RETURN DISTINCT t.id AS id" for kind in sorted(TARGETS)
}
ERASE = "MATCH (c:Customer {id: $id}) DETACH DELETE c"


def erase(tx: "ManagedTransaction", customer: CustomerId) -> None:
    """Remove a customer, their interactions, and the bare nodes that nothing else names."""
    met = [
        NodeRef(NodeKind(kind), name)
        for kind, statement in FIND_TARGETS.items()
        for name in tx.run(statement, id=customer).value("id")
    ]
    tx.run(ERASE, id=customer).consume()
    remove_unused(tx, met)
