"""Neo4jWriting: the graph inside one transaction."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from graph.ids import CustomerId
from graph.interactions import Interaction
from graph.nodes import Campaign, Customer, Product
from graph.stores.neo4j.campaigns import put_campaign
from graph.stores.neo4j.entries import put_customers, put_products
from graph.stores.neo4j.erasure import erase
from graph.stores.neo4j.recording import record

if TYPE_CHECKING:
    from neo4j import ManagedTransaction

__all__ = ["Neo4jWriting"]


class Neo4jWriting:
    """What `Changes` writes to, in the transaction `tx`."""

    def __init__(self, tx: "ManagedTransaction") -> None:
        self._tx = tx

    def put_customers(self, customers: Sequence[Customer]) -> None:
        put_customers(self._tx, customers)

    def put_products(self, products: Sequence[Product]) -> None:
        put_products(self._tx, products)

    def put_campaign(self, campaign: Campaign) -> None:
        put_campaign(self._tx, campaign)

    def record(self, interactions: Sequence[Interaction]) -> int:
        return record(self._tx, interactions)

    def erase(self, customer: CustomerId) -> None:
        erase(self._tx, customer)
