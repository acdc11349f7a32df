"""LearningData: all of the customer graph that embeddings are learnt from."""

from dataclasses import dataclass

from msgspec.structs import replace

from api.existing_folder import existing_folder
from api.progress import stage
from api.settings import Settings
from graph import Campaign, EdgeArrays, Instant, PatronError, Product
from graph.stores.open import open_graph

__all__ = ["LearningData"]


@dataclass(frozen=True)
class LearningData:
    """What customers did with products, the products, and the campaigns."""

    edges: EdgeArrays
    products: list[Product]
    campaigns: list[Campaign]

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
        finally:
            graph.close()
        if not len(edges):
            raise PatronError(
                f"the graph {settings.graph_url} has no interactions to learn from: `patron import` brings some"
            )
        return cls(edges, products, campaigns)

    def described_at(self, cut: Instant) -> tuple[list[Product], list[Campaign]]:
        """Products and campaigns as far as they were known at `cut`.

        A product described later is there without its description. Prices are left out: a shop's may have been taken
        from what was paid, later payments included.
        """
        products = [
            replace(product, price=None, currency="") if product.stamp.at <= cut else Product(id=product.id)
            for product in self.products
        ]
        campaigns = [
            campaign
            for campaign in self.campaigns
            if campaign.stamp.at <= cut and (campaign.starts is None or campaign.starts <= cut)
        ]
        return products, campaigns
