"""Changes: a stream of them, gathered into runs that a store takes at once."""

from collections.abc import Sequence
from typing import Protocol

from graph.customer_graph import Change
from graph.ids import CustomerId
from graph.interactions import Interaction
from graph.nodes import Campaign, Customer, Product
from graph.stores.refusals import refuse

__all__ = ["Changes", "Writing"]

RUN = 10_000


class Writing(Protocol):
    """A store inside one of its transactions; all of it takes empty sequences."""

    def put_customers(self, customers: Sequence[Customer]) -> None: ...

    def put_products(self, products: Sequence[Product]) -> None: ...

    def put_campaign(self, campaign: Campaign) -> None: ...

    def record(self, interactions: Sequence[Interaction]) -> int:
        """Record those whose key is new, the first of each; how many there were."""
        ...

    def erase(self, customer: CustomerId) -> None: ...


class Changes:
    """Changes waiting to be written in the transaction of `writing`.

    Customers, products and interactions come to the same whichever kind is written first, so each waits apart, in its
    own order. Campaigns and erasures take nodes away: what came before is written before them.
    recorded: how many interactions were new. erased: whether a customer was to be forgotten.
    """

    def __init__(self, writing: Writing) -> None:
        self.recorded = 0
        self.erased = False
        self._writing = writing
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
            self._writing.put_campaign(change)
        else:
            refuse(change)
            self.flush()
            self._writing.erase(change.customer)
            self.erased = True
        self._waiting += 1
        if self._waiting == RUN:
            self.flush()

    def flush(self) -> None:
        """Write all that waits."""
        self._writing.put_customers(self._customers)
        self._writing.put_products(self._products)
        self.recorded += self._writing.record(self._interactions)
        self._interactions, self._customers, self._products = [], [], []
        self._waiting = 0
