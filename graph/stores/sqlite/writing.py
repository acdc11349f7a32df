"""SqliteWriting: the tables inside one transaction."""

import sqlite3
from collections.abc import Sequence

from graph.ids import CustomerId
from graph.interactions import Interaction
from graph.nodes import Campaign, Customer, Product
from graph.stores.sqlite.entries import put_campaign, put_customers, put_products
from graph.stores.sqlite.erasure import erase
from graph.stores.sqlite.recording import record

__all__ = ["SqliteWriting"]


class SqliteWriting:
    """What `Changes` writes to, in the transaction of `connection`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def put_customers(self, customers: Sequence[Customer]) -> None:
        put_customers(self._connection, customers)

    def put_products(self, products: Sequence[Product]) -> None:
        put_products(self._connection, products)

    def put_campaign(self, campaign: Campaign) -> None:
        put_campaign(self._connection, campaign)

    def record(self, interactions: Sequence[Interaction]) -> int:
        return record(self._connection, interactions)

    def erase(self, customer: CustomerId) -> None:
        erase(self._connection, customer)
