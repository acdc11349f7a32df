"""What to show now, and why; knows no web framework."""

from recommend.answers import (
    Dropped,
    Item,
    Placement,
    PlacementRequest,
    Reason,
    Recommendation,
    RecommendationRequest,
    Trace,
    Versions,
    WhyNot,
)
from recommend.placements import Placements
from recommend.recommender import Recommender
from recommend.similar import SimilarCustomer, similar_customers, similar_products

__all__ = [
    "Dropped",
    "Item",
    "Placement",
    "PlacementRequest",
    "Placements",
    "Reason",
    "Recommendation",
    "RecommendationRequest",
    "Recommender",
    "SimilarCustomer",
    "Trace",
    "Versions",
    "WhyNot",
    "similar_customers",
    "similar_products",
]
