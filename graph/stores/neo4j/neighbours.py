"""Neighbours: what is beside nodes, counted."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from graph.customer_graph import Neighbour
from graph.instants import Instant
from graph.interactions import InteractionKind
from graph.nodes import NodeKind, NodeRef, Relation
from graph.stores.neo4j.schema import CATALOGUE_TYPES, INTERACTION_TYPES, LABELS, type_of
from graph.stores.refusals import checked_relations
from graph.stores.windows import window

if TYPE_CHECKING:
    from neo4j import ManagedTransaction

__all__ = ["neighbours"]


def statement(kind: NodeKind, types: Collection[str]) -> str:
    """Beside each of ``$ids``, nodes of one kind: the first ``$limit`` rows of what these types join them to."""
    return f"""UNWIND $ids AS id
        CALL (id) {{
            MATCH (n:{LABELS[kind]} {{id: id}})-[r:{"|".join(types)}]-(m)
            WHERE r.at IS NULL OR $since <= r.at <= $until
            WITH m, type(r) AS type, count(*) AS times, max(r.at) AS last
            WITH m.id AS name, head([label IN labels(m) WHERE label IN $labels]) AS label, type, times, last
            WHERE label IS NOT NULL
            ORDER BY times DESC, label, name, type LIMIT $limit
            RETURN name, label, type, times, last
        }}
        RETURN id, name, label, type, times, last"""


NEIGHBOURS = {kind: statement(kind, (*INTERACTION_TYPES, *CATALOGUE_TYPES)) for kind in NodeKind}

_KINDS = {label: kind for kind, label in LABELS.items()}
_RELATIONS = {type_of(relation): relation.value for relation in (*InteractionKind, *Relation)}


def neighbours(
    tx: "ManagedTransaction",
    nodes: Collection[NodeRef],
    relations: Collection[str] | None,
    kinds: Collection[NodeKind] | None,
    since: Instant | None,
    as_of: Instant | None,
    limit: int,
) -> dict[NodeRef, list[Neighbour]]:
    """The `limit` first nodes beside each of `nodes`, most joined first, then by kind, id and relation."""
    wanted = checked_relations(relations)
    types = [type_ for type_, relation in _RELATIONS.items() if relation in wanted]
    labels = [LABELS[kind] for kind in (NodeKind if kinds is None else kinds)]
    found: dict[NodeRef, list[Neighbour]] = {node: [] for node in nodes}
    if not types or not labels or limit < 1:
        return found
    earliest, latest = window(since, as_of)
    for kind in dict.fromkeys(node.kind for node in nodes):
        ids = [node.id for node in nodes if node.kind == kind]
        query = NEIGHBOURS[kind] if len(types) == len(_RELATIONS) else statement(kind, types)
        for row in tx.run(query, ids=ids, since=earliest, until=latest, labels=labels, limit=limit):
            beside = NodeRef(_KINDS[row["label"]], row["name"])
            last = None if row["last"] is None else Instant(row["last"])
            found[NodeRef(kind, row["id"])].append(Neighbour(beside, _RELATIONS[row["type"]], row["times"], last))
    return found
