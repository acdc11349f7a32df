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


def statement(kind: NodeKind, types: Collection[str], *, timed: bool) -> str:
    """Beside each of ``$ids``, nodes of one kind: the first ``$limit`` rows of what these types join them to.

    timed: within a window, and when last; reading the times takes most of the time.
    """
    window = "WHERE r.at IS NULL OR $since <= r.at <= $until" if timed else ""
    last = "max(r.at)" if timed else "null"
    return f"""UNWIND $ids AS id
        CALL (id) {{
            MATCH (n:{LABELS[kind]} {{id: id}})-[r:{"|".join(types)}]-(m)
            {window}
            WITH m, type(r) AS type, count(*) AS times, {last} AS last
            WITH m.id AS name, head([label IN labels(m) WHERE label IN $labels]) AS label, type, times, last
            WHERE label IS NOT NULL
            ORDER BY times DESC, label, name, type LIMIT $limit
            RETURN name, label, type, times, last
        }}
        RETURN id, name, label, type, times, last"""


NEIGHBOURS = {kind: statement(kind, (*INTERACTION_TYPES, *CATALOGUE_TYPES), timed=True) for kind in NodeKind}

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
    *,
    timed: bool = True,
) -> dict[NodeRef, list[Neighbour]]:
    """The `limit` first nodes beside each of `nodes`, most joined first, then by kind, id and relation.

    Not `timed`, the window is all time and no row says when last.
    """
    wanted = checked_relations(relations)
    types = [type_ for type_, relation in _RELATIONS.items() if relation in wanted]
    labels = [LABELS[kind] for kind in (NodeKind if kinds is None else kinds)]
    found: dict[NodeRef, list[Neighbour]] = {node: [] for node in nodes}
    if not types or not labels or limit < 1:
        return found
    earliest, latest = window(since, as_of)
    for kind in dict.fromkeys(node.kind for node in nodes):
        ids = [node.id for node in nodes if node.kind == kind]
        all_of_them = timed and len(types) == len(_RELATIONS)
        query = NEIGHBOURS[kind] if all_of_them else statement(kind, types, timed=timed)
        for row in tx.run(query, ids=ids, since=earliest, until=latest, labels=labels, limit=limit):
            beside = NodeRef(_KINDS[row["label"]], row["name"])
            last = None if row["last"] is None else Instant(row["last"])
            found[NodeRef(kind, row["id"])].append(Neighbour(beside, _RELATIONS[row["type"]], row["times"], last))
    return found
