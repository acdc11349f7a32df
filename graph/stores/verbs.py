"""Verbs: those of a GraphWriter that are `apply` with one kind of change."""

from abc import ABC, abstractmethod
from collections.abc import Iterable

from graph.customer_graph import Change, Erasure
from graph.ids import CustomerId
from graph.interactions import Interaction
from graph.log.event_log import Position
from graph.nodes import Campaign, Customer, Product

__all__ = ["Verbs"]


class Verbs(ABC):
    """A writer with one verb gets the others from here."""

    @abstractmethod
    def apply(self, changes: Iterable[Change], position: Position | None = None) -> int: ...

    def upsert_customers(self, customers: Iterable[Customer]) -> None:
        self.apply(customers)

    def upsert_products(self, products: Iterable[Product]) -> None:
        self.apply(products)

    def upsert_campaigns(self, campaigns: Iterable[Campaign]) -> None:
        self.apply(campaigns)

    def record_interactions(self, interactions: Iterable[Interaction]) -> int:
        return self.apply(interactions)

    def erase(self, customer: CustomerId) -> None:
        self.apply((Erasure(customer),))
