"""Customers who bought what another bought."""

import math
import sqlite3
from heapq import nsmallest

from graph.customer_graph import SimilarByHistory
from graph.ids import CustomerId
from graph.interactions import InteractionKind
from graph.stores.sqlite.schema import KINDS

__all__ = ["similar_customers"]

_SHARED = """SELECT c.name, c.bought, shared.products FROM (
        SELECT other.customer, count(*) AS products
        FROM (SELECT DISTINCT target FROM interaction WHERE customer = ?1 AND kind = ?2) own
            CROSS JOIN bought other ON other.product = own.target
        WHERE other.customer <> ?1 GROUP BY other.customer
    ) shared JOIN customer c ON c.id = shared.customer"""
_PURCHASED = KINDS.index(InteractionKind.PURCHASED)


def similar_customers(connection: sqlite3.Connection, customer: CustomerId, k: int) -> list[SimilarByHistory]:
    """The `k` with the largest cosine over distinct products bought; none for an unknown customer or k < 1."""
    held = connection.execute("SELECT id, bought FROM customer WHERE name = ?", (customer,)).fetchone()
    if held is None:
        return []
    row, own = held
    found = connection.execute(_SHARED, (row, _PURCHASED))
    # Squares divided once are equal wherever the true cosines are, so that ties are ties.
    first = nsmallest(max(k, 0), ((-shared * shared / bought, name, shared, bought) for name, bought, shared in found))
    return [
        SimilarByHistory(CustomerId(name), shared / math.sqrt(own * bought), shared)
        for _, name, shared, bought in first
    ]
