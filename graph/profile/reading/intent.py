"""Intent: what the running session is after, against what the customer usually does."""

from enum import StrEnum
from typing import NamedTuple

from graph.catalogue import Catalogue
from graph.ids import ProductId
from graph.instants import Instant
from graph.interactions import InteractionKind
from graph.profile.profile import Profile
from graph.profile.reading.price_levels import PriceLevel, PriceLevels
from graph.profile.reading.tastes import Liked, TasteProfile
from graph.profile.recent_rows import Recent

__all__ = ["Intent", "Lift", "Stage", "intent_of"]


LOOKED = (InteractionKind.VIEWED, InteractionKind.CLICKED, InteractionKind.ADDED_TO_CART)
SELDOM = 0.02
"""The share a category counts as usual with that the customer has hardly ever touched."""

SHOWN = 5


class Stage(StrEnum):
    """How near to buying a session is."""

    BROWSING = "browsing"
    COMPARING = "comparing"  # several products of one subcategory were looked at
    BUYING = "buying"  # something was put into the cart and still lies there
    BOUGHT = "bought"


class Lift(NamedTuple):
    """A category the session looks at: its share now, its usual share, and how many times as much that is."""

    category: str
    share: float
    usual: float
    lift: float


class Intent(NamedTuple):
    """began: the session's first event. price, usual_price: the mean level looked at, 0 for the cheapest third of a
    category to 1 for the dearest; None where no price is known."""

    stage: Stage
    began: Instant
    events: int
    categories: list[Lift]
    price: float | None
    usual_price: float | None


def intent_of(
    profile: Profile, usual: TasteProfile, catalogue: Catalogue, prices: PriceLevels, now: Instant
) -> Intent | None:
    """What the session that goes on at `now` is after; None when none does. `usual`: the tastes before it."""
    session = profile.session(now)
    if not session:
        return None
    looked = [row for row in session if row.kind in LOOKED]
    levels = [level / PriceLevel.HIGH for row in looked if (level := prices.of(row.product)) is not None]
    return Intent(
        _stage(session, profile.cart(now), catalogue),
        session[0].at,
        len(session),
        _lifts(looked, usual.categories, catalogue),
        round(sum(levels) / len(levels), 3) if levels else None,
        _mean_level(usual.price_level),
    )


def _stage(session: tuple[Recent, ...], cart: dict[ProductId, float], catalogue: Catalogue) -> Stage:
    if session[-1].kind is InteractionKind.PURCHASED:
        return Stage.BOUGHT
    if any(row.kind is InteractionKind.ADDED_TO_CART and row.product in cart for row in session):
        return Stage.BUYING
    compared: dict[str, set[ProductId]] = {}
    for row in session:
        entry = catalogue.get(row.product)
        if entry is not None and row.kind in LOOKED and (entry.subcategory or entry.category):
            compared.setdefault(entry.subcategory or entry.category, set()).add(row.product)
    return Stage.COMPARING if any(len(products) > 1 for products in compared.values()) else Stage.BROWSING


def _lifts(looked: list[Recent], usual: list[Liked], catalogue: Catalogue) -> list[Lift]:
    seen: dict[str, int] = {}
    for row in looked:
        entry = catalogue.get(row.product)
        if entry is not None and entry.category:
            seen[entry.category] = seen.get(entry.category, 0) + 1
    whole, before = sum(seen.values()), {liked.name: liked.share for liked in usual}
    lifts = [
        Lift(category, round(times / whole, 4), share, round(times / whole / max(share, SELDOM), 2))
        for category, times in seen.items()
        for share in (before.get(category, 0.0),)
    ]
    return sorted(lifts, key=lambda lift: (-lift.lift, -lift.share, lift.category))[:SHOWN]


def _mean_level(usual: list[Liked]) -> float | None:
    if not usual:
        return None
    return round(sum(liked.share * PriceLevel[liked.name.upper()] for liked in usual) / PriceLevel.HIGH, 3)
