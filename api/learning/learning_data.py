"""LearningData: all of the customer graph that embeddings are learnt from."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import TypeVar

import msgspec
import numpy as np
from numpy.typing import NDArray

from api.learning.existing_folder import existing_folder
from api.learning.refusals import refusing
from api.progress import stage
from api.settings import Settings
from graph import Campaign, Customer, CustomerId, EdgeArrays, Instant, InteractionKind, PatronError, Product
from graph.data_folder import DataFolder
from graph.identity.groups import is_group_trait
from graph.nodes import Stamp
from graph.stores.open import open_graph, shown_url

__all__ = ["LearningData"]

Id = TypeVar("Id", bound=str)


@dataclass(frozen=True)
class LearningData:
    """What customers did with products up to the newest purchase, the products, the campaigns, and customers' traits.

    Nothing of those who refuse personalization, as far as the folder's profiles have come; what they did while they
    refused is not in the graph to begin with.
    What came after the newest purchase is left out: a few views of today beside a history that was imported and ended
    long ago would make all of it equally old.
    """

    edges: EdgeArrays
    products: list[Product]
    campaigns: list[Campaign]
    customers: list[Customer] = field(default_factory=list)

    @classmethod
    def read(cls, settings: Settings) -> "LearningData":
        """All of a graph; PatronError where there is none or it holds no interactions."""
        if not settings.graph:
            existing_folder(settings)
        graph = open_graph(settings.graph_url)
        try:
            with stage("reading the graph"):
                edges = graph.edges()
                products = [record for record in graph.export((Product,)) if isinstance(record, Product)]
                campaigns = [record for record in graph.export((Campaign,)) if isinstance(record, Campaign)]
                customers = [record for record in graph.export((Customer,)) if isinstance(record, Customer)]
        finally:
            graph.close()
        everybody = {*edges.customers, *(customer.id for customer in customers)}
        refused = refusing(DataFolder(settings.data), everybody, settings.consent_defaults)
        edges = _where(edges, ~np.isin(edges.customer, _rows(edges, refused))) if refused else edges
        customers = [_ungrouped(customer) for customer in customers if customer.id not in refused]
        if not len(edges):
            named = shown_url(settings.graph_url)
            raise PatronError(f"the graph {named} has no interactions to learn from: `patron import` brings some")
        return cls(_until_newest_purchase(edges), products, campaigns, customers)

    @property
    def as_of(self) -> Instant:
        """Just after the newest interaction: what ages are counted from."""
        return Instant(int(self.edges.at.max()) + 1)

    def until(self, as_of: Instant) -> "LearningData":
        """The same without what was done at `as_of` or later; products and campaigns as they are now."""
        if as_of >= self.as_of:
            return self
        return replace(self, edges=_where(self.edges, self.edges.at < as_of))

    def described_at(self, cut: Instant) -> tuple[list[Product], list[Campaign]]:
        """Products and campaigns as far as they were known at `cut`.

        A product described later is there without its description. Prices are left out: a shop's may have been taken
        from what was paid, later payments included.
        """
        products = [
            msgspec.structs.replace(product, price=None, currency="")
            if product.stamp.at <= cut
            else Product(id=product.id)
            for product in self.products
        ]
        campaigns = [
            campaign
            for campaign in self.campaigns
            if campaign.stamp.at <= cut and (campaign.starts is None or campaign.starts <= cut)
        ]
        return products, campaigns

    def customers_at(self, cut: Instant) -> list[Customer]:
        """Customers with the traits that were known of them at `cut`."""
        return [
            Customer(
                id=customer.id,
                traits={
                    name: value
                    for name, value in customer.traits.items()
                    if customer.stamps.get(name, Stamp()).at <= cut
                },
            )
            for customer in self.customers
        ]


def _ungrouped(customer: Customer) -> Customer:
    """Without the groups a customer is in: each has a few members, so there is nothing to learn from one."""
    if not any(map(is_group_trait, customer.traits)):
        return customer
    return msgspec.structs.replace(
        customer, traits={name: value for name, value in customer.traits.items() if not is_group_trait(name)}
    )


def _until_newest_purchase(edges: EdgeArrays) -> EdgeArrays:
    """The interactions up to the newest purchase, and the ids that occur in them; all where nobody bought anything."""
    purchases = edges.at[edges.kind == list(InteractionKind).index(InteractionKind.PURCHASED)]
    if not len(purchases) or purchases.max() == edges.at.max():
        return edges
    return _where(edges, edges.at <= purchases.max())


def _rows(edges: EdgeArrays, customers: Collection[CustomerId]) -> list[int]:
    """The rows of those of the customers who occur."""
    return [row for row, customer in enumerate(edges.customers) if customer in customers]


def _where(edges: EdgeArrays, rows: NDArray[np.bool_]) -> EdgeArrays:
    """The rows where `rows` is true, and the ids that occur in them."""
    kept = edges.where(rows)
    customers, customer = _occurring(kept.customers, kept.customer)
    targets, target = _occurring(kept.targets, kept.target)
    return replace(kept, customers=customers, targets=targets, customer=customer, target=target)


def _occurring(ids: list[Id], rows: NDArray[np.int32]) -> tuple[list[Id], NDArray[np.int32]]:
    """The ids that rows name, and the rows as positions in them."""
    used, places = np.unique(rows, return_inverse=True)
    return [ids[row] for row in used.tolist()], places.astype(np.int32)
