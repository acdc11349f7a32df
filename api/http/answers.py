"""The bodies of answers about customers and products, as `/openapi.json` describes them."""

from typing import Any

from msgspec import UNSET, Struct, UnsetType

from api.http.feature_answers import (
    ContextShown,
    FeatureShown,
    IntentShown,
    TastesShown,
    context_shown,
    features_shown,
    intent_shown,
    tastes_shown,
)
from api.http.prediction_answers import PredictionShown
from graph import InteractionKind, Profile, Recent, iso, public_id
from graph.identity.groups import groups_of, is_group_trait
from graph.instants import day_start
from graph.profile.day_counts import NO_DAYS
from graph.profile.profile import Dated
from graph.profile.reading.reading import Reading
from recommend.answers import Item
from recommend.similar import SimilarCustomer

__all__ = [
    "Bought",
    "Erasure",
    "EventsAnswer",
    "Group",
    "Learnt",
    "Problem",
    "ProfileAnswer",
    "Refused",
    "Row",
    "SimilarCustomers",
    "SimilarProducts",
    "Stated",
    "StatedConsents",
    "StatedPreferences",
    "profile_answer",
    "stated",
]

SHOWN_PRODUCTS = 20


class Refused(Struct, frozen=True):
    """One message of a body that could not be accepted: its place, the field, what stood there, what should have."""

    index: int
    field: str
    value: Any
    expected: str


class EventsAnswer(Struct, frozen=True):
    """What became of a body of events, all of them durable now; `duplicates` were known already.

    refused: the first 100 of `refused_total`. withheld: what was seen of customers who allow no use of it; it is kept
    nowhere.
    """

    success: bool
    accepted: int
    duplicates: int
    refused: tuple[Refused, ...] = ()
    refused_total: int = 0
    withheld: int | UnsetType = UNSET  # there only where something was


class Problem(Struct, frozen=True, kw_only=True):
    """An error (RFC 9457): which field, which value, what was expected."""

    type: str
    title: str
    status: int
    detail: str
    field: str = ""
    value: Any = None
    expected: str = ""
    refused: tuple[Refused, ...] = ()
    refused_total: int = 0


class Stated(Struct, frozen=True):
    """A value and since when it holds."""

    value: str | int | float | bool | list[str]
    since: str


class StatedPreferences(Struct, frozen=True):
    preferences: dict[str, Stated]


class StatedConsents(Struct, frozen=True):
    consents: dict[str, Stated]


class Bought(Struct, frozen=True):
    """A product that was bought on so many order lines, the last time on that day."""

    product_id: str
    times: int
    last: str


class Row(Struct, frozen=True):
    """One thing a customer did with a product."""

    at: str
    kind: str
    product_id: str
    quantity: float


class Group(Struct, frozen=True):
    """A household or account the customer is in, since when, and what is known of it."""

    group_id: str
    since: str
    traits: dict[str, str | int | float | bool]


class ProfileAnswer(Struct, frozen=True, kw_only=True):
    """The answer of ``GET /v1/customers/{id}``.

    counts: event type → how many. spent: currency → minor units. recent, most_bought: the first 20.
    features: the pack's, by name. tastes, intent, context: what they prefer, what the running session is after (null
    when none goes on), where they are. predictions: by name, of the version that serves.
    includes: the number in the log of the newest event in it.
    """

    customer_id: str
    first_seen: str | None
    last_seen: str | None
    counts: dict[str, int]
    spent: dict[str, int]
    traits: dict[str, Stated]
    groups: list[Group]
    preferences: dict[str, Stated]
    consents: dict[str, Stated]
    products_bought: int
    most_bought: list[Bought]
    recent: list[Row]
    session: list[Row]
    cart: dict[str, float]
    features: dict[str, FeatureShown]
    tastes: TastesShown
    intent: IntentShown | None
    context: ContextShown
    predictions: dict[str, PredictionShown]
    includes: int


class Learnt(Struct, frozen=True):
    """What made an answer about neighbours."""

    embeddings: str


class SimilarProducts(Struct, frozen=True):
    """The answer of ``GET /v1/products/{id}/similar``."""

    product_id: str
    products: list[Item]
    versions: Learnt


class SimilarCustomers(Struct, frozen=True):
    """The answer of ``GET /v1/customers/{id}/similar``."""

    customer_id: str
    customers: list[SimilarCustomer]
    versions: Learnt


class Erasure(Struct, frozen=True):
    """The answer of ``DELETE /v1/customers/{id}``; `known` is whether there was a profile."""

    erased: str
    known: bool


def profile_answer(profile: Profile, reading: Reading, predictions: dict[str, PredictionShown]) -> ProfileAnswer:
    """A profile as it is shown at the moment of its reading: products by how often and when last, session and cart."""
    now = reading.now
    bought = sorted(
        (
            (sum(days.values()), max(days), product)
            for product, days in profile.days.get(InteractionKind.PURCHASED, NO_DAYS).items()
        ),
        key=lambda row: (-row[0], -row[1], row[2]),
    )
    return ProfileAnswer(
        customer_id=public_id(profile.customer),
        first_seen=None if profile.first_seen is None else iso(profile.first_seen),
        last_seen=None if profile.last_seen is None else iso(profile.last_seen),
        counts=dict(sorted(profile.counts.items())),
        spent=dict(sorted(profile.spent.items())),
        traits=stated({name: held for name, held in profile.traits.items() if not is_group_trait(name)}),
        groups=[Group(group, iso(stamp.at), traits) for group, stamp, traits in groups_of(profile.traits)],
        preferences=stated(profile.preferences),
        consents=stated(profile.consents),
        products_bought=len(bought),
        most_bought=[
            Bought(product, times, day_start(day).isoformat()) for times, day, product in bought[:SHOWN_PRODUCTS]
        ],
        recent=[_row(row) for row in profile.recent.newest(SHOWN_PRODUCTS)],
        session=[_row(row) for row in profile.session(now)],
        cart={str(product): quantity for product, quantity in profile.cart(now).items()},
        features=features_shown(reading),
        tastes=tastes_shown(reading),
        intent=intent_shown(reading),
        context=context_shown(reading),
        predictions=predictions,
        includes=profile.seq,
    )


def stated(dated: dict[str, Dated]) -> dict[str, Stated]:
    """Dated values by name, in order."""
    return {name: Stated(value.value, iso(value.stamp.at)) for name, value in sorted(dated.items())}


def _row(row: Recent) -> Row:
    return Row(iso(row.at), row.kind.value, row.product, row.quantity)
