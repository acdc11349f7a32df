"""Customers who bought what another bought."""

import math
from typing import TYPE_CHECKING

from graph.customer_graph import SimilarByHistory
from graph.ids import CustomerId

if TYPE_CHECKING:
    from neo4j import ManagedTransaction

__all__ = ["similar_customers"]

# Squares divided once are equal wherever the true cosines are, so that ties are ties.
SIMILAR = """MATCH (c:Customer {id: $id})-[:PURCHASED]->(p:Product)
    WITH DISTINCT c, p
    MATCH (p)<-[:PURCHASED]-(other:Customer) WHERE other <> c
    WITH DISTINCT c, p, other
    WITH c, other, count(*) AS shared
    RETURN other.id AS id, shared, c.products_bought AS own, other.products_bought AS bought
    ORDER BY toFloat(shared * shared) / other.products_bought DESC, id LIMIT $k"""


def similar_customers(tx: "ManagedTransaction", customer: CustomerId, k: int) -> list[SimilarByHistory]:
    """The `k` with the largest cosine over distinct products bought; none for an unknown customer or k < 1."""
    if k < 1:
        return []
    return [
        SimilarByHistory(CustomerId(row["id"]), row["shared"] / math.sqrt(row["own"] * row["bought"]), row["shared"])
        for row in tx.run(SIMILAR, id=customer, k=k)
    ]
