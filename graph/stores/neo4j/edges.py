"""Edges: every interaction with one kind of target, as numpy columns."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from graph.customer_graph import EdgeArrays
from graph.errors import InvalidValue
from graph.ids import CustomerId
from graph.instants import DAY, MINUTE, Instant
from graph.interactions import InteractionKind
from graph.nodes import NodeKind
from graph.stores.columns import by_time_and_key, numbered_as_met
from graph.stores.neo4j.schema import INTERACTION_TYPES, LABELS, type_of
from graph.stores.refusals import TARGETS
from graph.stores.windows import window

if TYPE_CHECKING:
    from neo4j import ManagedTransaction

__all__ = ["edges"]

# A row a customer, a column a list: a tenth of the time that a row an interaction takes.
EDGES = {
    kind: f"""MATCH (c:Customer)
        CALL (c) {{
            MATCH (c)-[r:{"|".join(INTERACTION_TYPES)}]->(t:{LABELS[kind]})
            WHERE $since <= r.at <= $until
            RETURN collect(r.key) AS keys, collect(t.id) AS targets, collect(type(r)) AS types, collect(r.at) AS at,
                collect(coalesce(r.utc_offset, 0)) AS offsets, collect(r.quantity) AS quantities,
                collect(r.value) AS amounts, collect(coalesce(r.order, '')) AS orders
        }}
        WITH * WHERE size(keys) > 0
        RETURN c.id AS customer, keys, targets, types, at, offsets, quantities, amounts, orders ORDER BY customer"""
    for kind in sorted(TARGETS)
}

_KINDS = {type_of(kind): position for position, kind in enumerate(InteractionKind)}


def edges(tx: "ManagedTransaction", since: Instant | None, as_of: Instant | None, targets: NodeKind) -> EdgeArrays:
    """The interactions of the window whose target is of kind `targets`, ordered by (at, key)."""
    if targets not in TARGETS:
        raise InvalidValue("targets", targets, f"one of {', '.join(sorted(TARGETS))}")
    earliest, latest = window(since, as_of)
    customers: list[CustomerId] = []
    sizes: list[int] = []
    keys: list[str] = []
    met: dict[str, int] = {}
    baskets: dict[tuple[int, str], int] = {}
    numbers, quantities = [], []
    for row in tx.run(EDGES[targets], since=earliest, until=latest):
        customer = len(customers)
        customers.append(CustomerId(row["customer"]))
        sizes.append(len(row["keys"]))
        keys += row["keys"]
        target = [met.setdefault(name, len(met)) for name in row["targets"]]
        basket = [baskets.setdefault((customer, order), len(baskets)) if order else -1 for order in row["orders"]]
        kind = [_KINDS[type_] for type_ in row["types"]]
        numbers.append(np.array([target, kind, row["at"], row["offsets"], row["amounts"], basket], dtype=np.int64))
        quantities.append(np.array(row["quantities"], dtype=np.float64))
    columns = np.concatenate(numbers, axis=1) if numbers else np.empty((6, 0), dtype=np.int64)  # [6, num_edges]
    order = by_time_and_key(columns[2], keys)
    target, kind, at, offset, value, basket = np.ascontiguousarray(columns[:, order])
    by_customer = np.repeat(np.arange(len(customers)), sizes)[order]
    return EdgeArrays(
        customers=sorted(customers),
        targets=sorted(met),
        customer=_places(customers)[by_customer],
        target=_places(list(met))[target],
        kind=kind.astype(np.int8),
        at=at,
        day=((at + offset * MINUTE) // DAY).astype(np.int32),
        quantity=(np.concatenate(quantities) if quantities else np.empty(0))[order],
        value=value,
        order=numbered_as_met(basket),
    )


def _places(names: Sequence[str]) -> NDArray[np.int32]:
    """The place of each of `names` once they are sorted."""
    places = np.empty(len(names), dtype=np.int32)
    places[sorted(range(len(names)), key=names.__getitem__)] = np.arange(len(names), dtype=np.int32)
    return places
