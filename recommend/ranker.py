"""RecommenderRanker: the whole Recommender as a ranker, so that what is measured is what serves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embeddings.snapshot.serving_snapshot import ServingSnapshot
from graph import Catalogue, CustomerId, EdgeArrays, Instant, InteractionKind, ProductId, Profile
from graph.profile.day_counts import NO_DAYS, GrowingDayCounts
from graph.profile.sealed import Sealed
from recommend.answers import PlacementRequest, RecommendationRequest
from recommend.recommender import Recommender

__all__ = ["RecommenderRanker", "profiles_of"]

EVERYTHING, NEW_PRODUCTS = "homepage", "discover"


@dataclass(frozen=True)
class RecommenderRanker:
    """Lists as the homepage gives them, or, where history is to be left out, as the discover placement does.

    profiles: as of the cut that the snapshot was built at. now: the cut.
    """

    recommender: Recommender
    snapshot: ServingSnapshot
    catalogue: Catalogue
    profiles: Mapping[CustomerId, Profile]
    now: Instant
    everything: str = EVERYTHING
    new_products: str = NEW_PRODUCTS

    @property
    def products(self) -> Sequence[ProductId]:
        return self.snapshot.set.products

    def rank(self, customers: Sequence[CustomerId], k: int, mask_history: bool) -> NDArray[np.int32]:  # [n, k]
        """The rows of each customer's list, best first, -1 where it ends; a customer nobody knows gets what is popular.

        Products that only the catalogue knows have no row and are left out.
        """
        place = self.new_products if mask_history else self.everything
        request = RecommendationRequest(placements=(PlacementRequest(name=place, k=k),))
        lists = np.full((len(customers), k), -1, dtype=np.int32)
        for row, customer in enumerate(customers):
            answer = self.recommender.recommend(
                request,
                profile=self.profiles.get(customer),
                snapshot=self.snapshot,
                catalogue=self.catalogue,
                now=self.now,
                recommendation_id="evaluation",
            )
            found = (self.snapshot.product_rows.get(ProductId(item.product_id)) for item in answer.placements[0].items)
            known = [product for product in found if product is not None]
            lists[row, : len(known)] = known
        return lists


def profiles_of(edges: EdgeArrays) -> dict[CustomerId, Profile]:
    """The profiles that interactions with products add up to: their days and what was bought when."""
    kinds = list(InteractionKind)
    days: dict[CustomerId, dict[InteractionKind, GrowingDayCounts]] = {}
    bought: dict[CustomerId, dict[ProductId, Instant]] = {}
    columns = (
        edges.customer.tolist(),
        edges.target.tolist(),
        edges.kind.tolist(),
        edges.day.tolist(),
        edges.at.tolist(),
    )
    for customer_row, target, kind_code, day, at in zip(*columns, strict=True):
        customer, product, kind = edges.customers[customer_row], ProductId(edges.targets[target]), kinds[kind_code]
        kinds_of = days.setdefault(customer, {})
        if kind not in kinds_of:
            kinds_of[kind] = GrowingDayCounts(NO_DAYS)
        kinds_of[kind].add((product,), day)
        if kind is InteractionKind.PURCHASED:
            last = bought.setdefault(customer, {})
            last[product] = max(last.get(product, at), at)
    return {
        customer: Profile(
            customer=customer,
            days={kind: growing.counts() for kind, growing in held.items()},
            bought=Sealed(bought.get(customer, {})),
        )
        for customer, held in days.items()
    }
