"""What is asked of the Recommender and what it answers, as the HTTP bodies have it."""

from typing import Annotated

from msgspec import Meta, Struct

from graph import ProductKey

__all__ = [
    "Dropped",
    "Item",
    "Placement",
    "PlacementRequest",
    "Reason",
    "Recommendation",
    "RecommendationRequest",
    "Trace",
    "Versions",
    "WhyNot",
]

K = Annotated[int, Meta(ge=1, le=200)]


class PlacementRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One list wanted. `product_id` is the product of the page, `seeds` are products to start from besides it."""

    name: Annotated[str, Meta(min_length=1, max_length=64)]
    k: K | None = None
    product_id: ProductKey | None = None
    seeds: Annotated[tuple[ProductKey, ...], Meta(max_length=100)] = ()
    filter: Annotated[str, Meta(max_length=2000)] | None = None
    exclude: Annotated[tuple[ProductKey, ...], Meta(max_length=1000)] = ()
    why_not: Annotated[tuple[ProductKey, ...], Meta(max_length=20)] = ()


class RecommendationRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of ``POST /v1/recommendations``."""

    placements: Annotated[tuple[PlacementRequest, ...], Meta(min_length=1, max_length=10)]
    customer_id: Annotated[str, Meta(min_length=1, max_length=256)] | None = None
    anonymous_id: Annotated[str, Meta(min_length=1, max_length=256)] | None = None
    session_id: Annotated[str, Meta(max_length=256)] | None = None
    page_view_id: Annotated[str, Meta(max_length=256)] | None = None
    context: dict[str, str | Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)] | float | bool] = {}
    deadline_ms: Annotated[int, Meta(ge=1, le=60_000)] | None = None
    explain: bool = False
    dry_run: bool = False


class Reason(Struct, frozen=True):
    """Why an item is there: a real path through the graph, as ids (``user:42``, ``product:1082185``) and words."""

    kind: str
    text: str
    path: tuple[str, ...] = ()


class Item(Struct, frozen=True):
    product_id: str
    score: float
    rank: int
    source: str
    reasons: tuple[Reason, ...] = ()


class Dropped(Struct, frozen=True):
    """A candidate that was found and not shown: by which source, and what took it out."""

    product_id: str
    source: str
    stage: str
    why: str


class WhyNot(Struct, frozen=True):
    """The answer to "why not this product?"."""

    product_id: str
    text: str
    score: float | None = None
    rank: int | None = None


class Trace(Struct, frozen=True, kw_only=True):
    """How a list came about: candidates by source, what was dropped and why, and the milliseconds of each stage."""

    candidates: dict[str, int]
    dropped: tuple[Dropped, ...]
    milliseconds: dict[str, float]
    why_not: tuple[WhyNot, ...] = ()


class Placement(Struct, frozen=True, omit_defaults=True):
    """A list; `withheld` says why there is none where it is a message the customer does not permit."""

    name: str
    items: tuple[Item, ...]
    trace: Trace | None = None
    withheld: tuple[str, ...] = ()


class Versions(Struct, frozen=True):
    """What made the answer."""

    embeddings: str
    catalogue: str
    placements: str


class Recommendation(Struct, frozen=True):
    """The answer of ``POST /v1/recommendations``; `degraded` names what was missing while it was made."""

    recommendation_id: str
    placements: tuple[Placement, ...]
    versions: Versions
    degraded: tuple[str, ...] = ()
