"""Customers: the profile, stated wishes, similar customers, erasure. Only for the secret key."""

from typing import Any

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.bodies import BodyDecoder, json_response, read_body
from api.engine import Engine
from api.routes.recommendations import optional_count
from graph import CustomerId, Profile, Recent, customer_id, iso, public_id
from graph.events.family import ConsentChanged, Erased, PreferenceChanged
from graph.events.refusal import Parsed
from graph.events.traits import choices, wishes
from graph.instants import day_start
from graph.interactions import InteractionKind

__all__ = ["customer_routes"]

SHOWN_PRODUCTS = 20


class Preferences(Struct, frozen=True, forbid_unknown_fields=True):
    """The body of ``PUT …/preferences``: wishes by name; an empty list takes a wish back."""

    preferences: dict[str, Any]


class Consents(Struct, frozen=True, forbid_unknown_fields=True):
    """The body of ``PUT …/consents``: the customer's choice by purpose."""

    consents: dict[str, Any]


_preferences = BodyDecoder(Preferences)
_consents = BodyDecoder(Consents)


def customer_routes() -> list[Route]:
    at = "/v1/customers/{customer_id:path}"  # ids may hold slashes, so what comes after one is looked for first
    return [
        Route(f"{at}/similar", similar_customers, methods=["GET"]),
        Route(f"{at}/preferences", preferences, methods=["GET"]),
        Route(f"{at}/preferences", put_preferences, methods=["PUT"]),
        Route(f"{at}/consents", consents, methods=["GET"]),
        Route(f"{at}/consents", put_consents, methods=["PUT"]),
        Route(at, customer, methods=["GET"]),
        Route(at, erase_customer, methods=["DELETE"]),
    ]


async def customer(request: Request) -> Response:
    """The profile of a customer or visitor."""
    engine, who = _asked(request)
    return json_response(profile_body(engine.known_profile(who), engine))


async def similar_customers(request: Request) -> Response:
    """The customers nearest to this one now, with what they share."""
    engine, who = _asked(request)
    found = engine.similar_customers(who, optional_count(request.query_params.get("k")) or 10)
    return json_response(
        {"customer_id": public_id(who), "customers": found, "versions": {"embeddings": engine.snapshot.version}}
    )


async def preferences(request: Request) -> Response:
    """What the customer said they want."""
    engine, who = _asked(request)
    return json_response({"preferences": _values(engine.known_profile(who).preferences)})


async def consents(request: Request) -> Response:
    """What the customer allowed and refused."""
    engine, who = _asked(request)
    return json_response({"consents": _values(engine.known_profile(who).consents)})


async def put_preferences(request: Request) -> Response:
    """State wishes; the next answer obeys them."""
    engine, who = _asked(request)
    body = _preferences(await read_body(request, engine.settings.max_body_bytes))
    stated = wishes(body.preferences, "preferences")
    now = engine.now()
    event = PreferenceChanged(
        id=engine.new_event_id(), source="api", at=now, received=now, customer=who, preferences=stated
    )
    await engine.take(Parsed(events=(event,)), "api")
    return await preferences(request)


async def put_consents(request: Request) -> Response:
    """Record the customer's choice for each purpose named; the next answer obeys it."""
    engine, who = _asked(request)
    body = _consents(await read_body(request, engine.settings.max_body_bytes))
    chosen = choices(body.consents, "consents")
    now = engine.now()
    event = ConsentChanged(id=engine.new_event_id(), source="api", at=now, received=now, customer=who, consents=chosen)
    await engine.take(Parsed(events=(event,)), "api")
    return await consents(request)


async def erase_customer(request: Request) -> Response:
    """Forget a customer: events, profile and recorded answers at once, the graph within seconds, vectors when trained.

    One nobody knows is forgotten too, since answers to a visitor who did nothing are recorded as well; `known` says it.
    """
    engine, who = _asked(request)
    known = engine.knows(who)
    now = engine.now()
    await engine.erase(Erased(id=engine.new_event_id(), source="api", at=now, received=now, customer=who))
    return json_response({"erased": public_id(who), "known": known})


def _asked(request: Request) -> tuple[Engine, CustomerId]:
    request.app.state.keys.require_secret(request)
    return request.app.state.engine, customer_id(request.path_params["customer_id"])


def _values(dated: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {name: {"value": value.value, "since": iso(value.stamp.at)} for name, value in sorted(dated.items())}


def profile_body(profile: Profile, engine: Engine) -> dict[str, Any]:
    """A profile as JSON: times in ISO 8601, products by how often and when last, the session and the cart of now."""
    now = engine.now()
    bought = sorted(
        (
            (sum(days.values()), max(days), product)
            for product, days in profile.days.get(InteractionKind.PURCHASED, {}).items()
        ),
        key=lambda row: (-row[0], -row[1], row[2]),
    )
    return {
        "customer_id": public_id(profile.customer),
        "first_seen": None if profile.first_seen is None else iso(profile.first_seen),
        "last_seen": None if profile.last_seen is None else iso(profile.last_seen),
        "counts": dict(sorted(profile.counts.items())),
        "spent": dict(sorted(profile.spent.items())),
        "traits": _values(profile.traits),
        "preferences": _values(profile.preferences),
        "consents": _values(profile.consents),
        "products_bought": len(bought),
        "most_bought": [
            {"product_id": product, "times": times, "last": day_start(day).isoformat()}
            for times, day, product in bought[:SHOWN_PRODUCTS]
        ],
        "recent": [_row(row) for row in reversed(profile.recent[-SHOWN_PRODUCTS:])],
        "session": [_row(row) for row in profile.session(now)],
        "cart": profile.cart(now),
        "includes": profile.seq,
    }


def _row(row: Recent) -> dict[str, Any]:
    return {"at": iso(row.at), "kind": row.kind.value, "product_id": row.product, "quantity": row.quantity}
