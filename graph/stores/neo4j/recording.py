"""Recording interactions: those whose key is new, and the bare nodes they name."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from graph.interactions import Interaction, InteractionKind
from graph.nodes import NodeKind, NodeRef
from graph.stores.neo4j.properties import indexable, interaction_properties
from graph.stores.neo4j.schema import CATALOGUE_TYPES, INTERACTION_TYPES, LABELS, LISTED, type_of
from graph.stores.refusals import TARGETS
from graph.stores.search_text import search_text

if TYPE_CHECKING:
    from neo4j import ManagedTransaction

__all__ = ["put_bare", "record", "remove_unused"]

COUNT_KINDS = "\nUNION ALL ".join(
    f"MATCH ()-[r:{type_of(kind)}]->() WITH count(r) AS count RETURN '{kind.value}' AS kind, count"
    for kind in InteractionKind
)
# The hint: a plan made while there are few relationships would scan them, and is kept when there are many.
FIND_KEYS = {
    kind: f"""UNWIND $keys AS key
        MATCH ()-[r:{type_of(kind)} {{key: key}}]->() USING INDEX SEEK r:{type_of(kind)}(key) RETURN r.key AS key"""
    for kind in InteractionKind
}
PUT_BARE = {
    kind: f"UNWIND $nodes AS node MERGE (n:{label} {{id: node[0]}}) ON CREATE SET n.search = node[1]"
    for kind, label in LABELS.items()
}
CREATE = {
    (kind, target): f"""UNWIND $customers AS made
        MATCH (c:Customer {{id: made[0]}})
        UNWIND made[1] AS row
        MATCH (t:{LABELS[target]} {{id: row[0]}})
        CREATE (c)-[r:{type_of(kind)}]->(t) SET r = row[1]"""
    for kind in InteractionKind
    for target in sorted(TARGETS)
}
COUNT_BOUGHT = f"""UNWIND $ids AS id
    MATCH (c:Customer {{id: id}})
    CALL (c) {{ MATCH (c)-[:{type_of(InteractionKind.PURCHASED)}]->(p:Product) RETURN count(DISTINCT p) AS bought }}
    SET c.products_bought = bought"""
_JOINED = "|".join((*INTERACTION_TYPES, *CATALOGUE_TYPES))
REMOVE_UNUSED = {
    kind: f"""UNWIND $ids AS id MATCH (n:{label} {{id: id}}) USING INDEX SEEK n:{label}(id)
        WHERE NOT n:{LISTED} AND NOT EXISTS {{ (n)-[:{_JOINED}]-() }}
        DETACH DELETE n"""
    for kind, label in LABELS.items()
}


def record(tx: "ManagedTransaction", interactions: Sequence[Interaction]) -> int:
    """Record those whose key is new, the first of each; how many there were."""
    first: dict[str, Interaction] = {}
    for each in interactions:
        first.setdefault(indexable("key", each.key), each)
    known = _known(tx, sorted(first)) if first else set()
    new = sorted((each for key, each in first.items() if key not in known), key=_place)
    if not new:
        return 0
    put_bare(tx, (NodeRef(NodeKind.CUSTOMER, each.customer) for each in new))
    put_bare(tx, (each.target for each in new))
    for (kind, target), of_kind in groupby(new, key=lambda each: (each.kind, each.target.kind)):
        made = [
            [customer, [[each.target.id, interaction_properties(each)] for each in rows]]
            for customer, rows in groupby(of_kind, key=lambda each: each.customer)
        ]
        tx.run(CREATE[InteractionKind(kind), target], customers=made).consume()
    bought = {
        each.customer for each in new if each.kind == InteractionKind.PURCHASED and each.target.kind == NodeKind.PRODUCT
    }
    if bought:
        tx.run(COUNT_BOUGHT, ids=sorted(bought)).consume()
    return len(new)


def _known(tx: "ManagedTransaction", keys: list[str]) -> set[str]:
    """Which of `keys` name an interaction of any kind; kinds of which there is none are not asked."""
    held: dict[str, int] = dict(tx.run(COUNT_KINDS).values())
    found: set[str] = set()
    for kind in InteractionKind:
        if held[kind.value]:
            found.update(tx.run(FIND_KEYS[kind], keys=keys).value("key"))
    return found


def _place(interaction: Interaction) -> tuple[str, str, str, str, str]:
    target = interaction.target
    return interaction.kind, target.kind, interaction.customer, target.id, interaction.key


def put_bare(tx: "ManagedTransaction", nodes: Iterable[NodeRef]) -> None:
    """Create those of `nodes` that are not there, with nothing but their id."""
    by_kind: dict[NodeKind, set[str]] = {}
    for node in nodes:
        by_kind.setdefault(node.kind, set()).add(node.id)
    for kind, ids in by_kind.items():
        rows = [[indexable("id", each), search_text(NodeRef(kind, each))] for each in sorted(ids)]
        tx.run(PUT_BARE[kind], nodes=rows).consume()


def remove_unused(tx: "ManagedTransaction", nodes: Iterable[NodeRef]) -> None:
    """Remove those of `nodes` of which nothing is stated and which nothing joins any more."""
    by_kind: dict[NodeKind, set[str]] = {}
    for node in nodes:
        by_kind.setdefault(node.kind, set()).add(node.id)
    for kind, ids in by_kind.items():
        tx.run(REMOVE_UNUSED[kind], ids=sorted(ids)).consume()
