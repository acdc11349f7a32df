"""Customers: the profile, stated wishes, similar customers, erasure. Only for the secret key."""

from typing import Any

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.engine import Engine
from api.http.answers import (
    Erasure,
    Learnt,
    SimilarCustomers,
    StatedConsents,
    StatedPreferences,
    profile_answer,
    stated,
)
from api.http.bodies import BodyDecoder, json_response
from api.http.feature_answers import feature_events
from api.http.identity_answers import identities_answer
from api.http.prediction_answers import predictions_shown
from api.http.rates import admitted_body
from api.routes.export import export_customer
from api.routes.recommendations import optional_count
from graph import CustomerId, customer_id, public_id
from graph.events.family import ConsentChanged, Erased, PreferenceChanged
from graph.events.refusal import Parsed
from graph.events.traits import choices, wishes

__all__ = ["customer_routes"]


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
        Route(f"{at}/identities", identities, methods=["GET"]),
        Route(f"{at}/export", export_customer, methods=["GET"]),
        Route(f"{at}/preferences", preferences, methods=["GET"]),
        Route(f"{at}/preferences", put_preferences, methods=["PUT"]),
        Route(f"{at}/consents", consents, methods=["GET"]),
        Route(f"{at}/consents", put_consents, methods=["PUT"]),
        Route(at, customer, methods=["GET"]),
        Route(at, erase_customer, methods=["DELETE"]),
    ]


async def customer(request: Request) -> Response:
    """The profile of a customer or visitor; with ``?feature=<name>``, one feature and the events behind it."""
    engine, who = _asked(request)
    profile = engine.known_profile(who)
    reading = engine.features.read(profile, engine.now())
    feature = request.query_params.get("feature")
    if feature is not None:
        return json_response(feature_events(public_id(who), feature, reading))
    predictions = predictions_shown(
        engine.snapshot, profile, reading, engine.catalogue.get, engine.settings.consent_defaults
    )
    return json_response(profile_answer(profile, reading, predictions))


async def identities(request: Request) -> Response:
    """The leaves a person is made of, and the evidence of every link."""
    engine, who = _asked(request)
    engine.known_profile(who)
    person = engine.people.person(who)
    return json_response(identities_answer(public_id(who), person, engine.leaf_profiles(person)))


async def similar_customers(request: Request) -> Response:
    """The customers nearest to this one now, with what they share."""
    engine, who = _asked(request)
    found = engine.similar_customers(who, optional_count(request.query_params.get("k")) or 10)
    return json_response(SimilarCustomers(public_id(who), found, Learnt(engine.snapshot.version)))


async def preferences(request: Request) -> Response:
    """What the customer said they want."""
    engine, who = _asked(request)
    return json_response(StatedPreferences(stated(engine.known_profile(who).preferences)))


async def consents(request: Request) -> Response:
    """What the customer allowed and refused."""
    engine, who = _asked(request)
    return json_response(StatedConsents(stated(engine.known_profile(who).consents)))


async def put_preferences(request: Request) -> Response:
    """State wishes; the next answer obeys them."""
    engine, who = _asked(request)
    body = _preferences(await admitted_body(request))
    wished = wishes(body.preferences, "preferences")
    now = engine.now()
    event = PreferenceChanged(
        id=engine.new_event_id(), source="api", at=now, received=now, customer=who, preferences=wished
    )
    await engine.take(Parsed(events=(event,)), "api")
    return await preferences(request)


async def put_consents(request: Request) -> Response:
    """Record the customer's choice for each purpose named; the next answer obeys it."""
    engine, who = _asked(request)
    body = _consents(await admitted_body(request))
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
    return json_response(Erasure(public_id(who), known))


def _asked(request: Request) -> tuple[Engine, CustomerId]:
    request.app.state.keys.require_secret(request)
    return request.app.state.engine, customer_id(request.path_params["customer_id"])
