"""Changes: a stream of them, gathered into runs that the tables take at once."""

import sqlite3

from graph.customer_graph import Change
from graph.interactions import Interaction
from graph.nodes import Campaign, Customer, Product
from graph.stores.refusals import refuse
from graph.stores.sqlite.entries import put_campaign, put_customers, put_products
from graph.stores.sqlite.erasure import erase
from graph.stores.sqlite.recording import record

__all__ = ["Changes"]

_RUN = 10_000


class Changes:
    """Changes waiting to be written in the transaction of `connection`.

    Customers, products and interactions come to the same whichever kind is written first, so each waits apart, in its
    own order. Campaigns and erasures take nodes away: what came before is written before them.
    recorded: how many interactions were new. erased: whether a customer was to be forgotten.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.recorded = 0
        self.erased = False
        self._connection = connection
        self._interactions: list[Interaction] = []
        self._customers: list[Customer] = []
        self._products: list[Product] = []
        self._waiting = 0

    def add(self, change: Change) -> None:
        """Take one change; InvalidValue for what is none, or for one of the waiting that cannot be stored."""
        if isinstance(change, Interaction):
            self._interactions.append(change)
        elif isinstance(change, Customer):
            self._customers.append(change)
        elif isinstance(change, Product):
            self._products.append(change)
        elif isinstance(change, Campaign):
            self.flush()
            put_campaign(self._connection, change)
        else:
            refuse(change)
            self.flush()
            erase(self._connection, change.customer)
            self.erased = True
        self._waiting += 1
        if self._waiting == _RUN:
            self.flush()

    def flush(self) -> None:
        """Write all that waits."""
        put_customers(self._connection, self._customers)
        put_products(self._connection, self._products)
        self.recorded += record(self._connection, self._interactions)
        self._interactions, self._customers, self._products = [], [], []
        self._waiting = 0
