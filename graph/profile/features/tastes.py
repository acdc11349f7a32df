"""Tastes: how fast what a customer likes is forgotten, and what each thing they do says of it."""

from msgspec import Struct, field

from graph.interactions import InteractionKind

__all__ = ["Tastes"]


_WEIGHTS = {
    InteractionKind.PURCHASED: 1.0,
    InteractionKind.ADDED_TO_CART: 0.5,
    InteractionKind.CLICKED: 0.3,
    InteractionKind.VIEWED: 0.2,
}


class Tastes(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Half-lives in days, 0 where a taste is not wanted; `weights`: how much one of each interaction counts."""

    categories: float = 60
    brands: float = 90
    price_level: float = 120
    channels: float = 0
    hours: float = 0
    weights: dict[InteractionKind, float] = field(default_factory=lambda: dict(_WEIGHTS))
