"""The OpenAPI document: what FastAPI describes itself, and the hot routes described from their msgspec structs."""

from collections.abc import Mapping
from typing import Any

import msgspec
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api.explorer.description import ANSWERS, DESCRIBED
from api.http.answers import (
    Erasure,
    EventsAnswer,
    Problem,
    ProfileAnswer,
    SimilarCustomers,
    SimilarProducts,
    StatedConsents,
    StatedPreferences,
)
from api.http.feature_answers import FeatureEvents
from api.http.identity_answers import Identities
from api.http.intake_answers import DeadLetters, QualityAnswer
from api.http.request_bodies import CLOUDEVENT, EXPORT, MESSAGE, MESSAGE_TYPES, listed
from api.replaying import Replayed, ReplayRequest
from api.routes.customers import Consents, Preferences
from graph.events.limits import MAX_MESSAGES
from graph.events.segment import CALLS
from recommend.answers import Recommendation, RecommendationRequest

__all__ = ["describe"]

Schema = Mapping[str, Any]

REF = "#/components/schemas/{name}"
STRUCTS = (
    Consents,
    DeadLetters,
    Erasure,
    EventsAnswer,
    FeatureEvents,
    Identities,
    Preferences,
    Problem,
    ProfileAnswer,
    QualityAnswer,
    Replayed,
    ReplayRequest,
    Recommendation,
    RecommendationRequest,
    SimilarCustomers,
    SimilarProducts,
    StatedConsents,
    StatedPreferences,
    *ANSWERS,
)
_TEXT = {"type": "string", "minLength": 1, "maxLength": 256}
_COUNT = {"type": "integer", "minimum": 1, "maximum": 200}
_EVENTS = {"type": "string", "description": "`id: r…`, `event: recommendations`, `data:` and a Recommendation."}
PARAMETERS: dict[str, tuple[Schema, str]] = {
    "customer_id": (_TEXT, "A known customer's id, or `anon:` and a visitor's."),
    "anonymous_id": (_TEXT, "The visitor's id; beside a customer_id, what both did counts as one."),
    "session_id": ({"type": "string", "maxLength": 256}, "The visit, as the page calls it; it is recorded."),
    "product_id": (_TEXT, "A product of the catalogue."),
    "page_view_id": ({"type": "string", "maxLength": 256}, "One view of a page, within which its list stays as it is."),
    "placements": (_TEXT, "Names of placements, up to ten, separated by commas."),
    "key": ({"type": "string"}, "The publishable key, where headers cannot be set."),
    "k": (_COUNT, "How many."),
    "source": ({"type": "string", "maxLength": 256}, "Where it came from: segment, cloudevents, …"),
    "since": ({"type": "string", "format": "date-time"}, "Only what was received then or later."),
    "feature": (_TEXT, "A feature of the pack, such as `spent.dairy.30d`, to be told with the events behind it."),
    "Last-Event-ID": (_TEXT, "The last id received: the lists are sent at once only where they have changed since."),
    "context": (
        {"type": "object", "additionalProperties": {"type": "string"}},
        "Where and how it is asked, such as `context[region]=berlin`.",
    ),
    "explain": (
        {"enum": ["true", "1", "false", "0"]},
        "Whether the answer tells how it came about, in `trace`; for the secret key.",
    ),
}


def describe(app: FastAPI) -> None:
    """Make ``/openapi.json`` and ``/docs`` tell of every route."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]


def _document(app: FastAPI) -> dict[str, Any]:
    found = get_openapi(title=app.title, version=app.version, summary=app.summary, routes=app.routes)
    _, schemas = msgspec.json.schema_components(STRUCTS, ref_template=REF)
    components = found.setdefault("components", {})
    components.setdefault("schemas", {}).update(schemas)
    components["securitySchemes"] = {
        "basic": {"type": "http", "scheme": "basic", "description": "The key as user name, no password."},
        "bearer": {"type": "http", "scheme": "bearer", "description": "The key as token."},
    }
    found["security"] = [{}, {"basic": []}, {"bearer": []}]
    found["paths"] |= _tracking() | _recommendations() | _customers() | _intake()
    if hasattr(app.state, "relay"):
        found["paths"] |= _graph()
    return found


def _tracking() -> dict[str, Any]:
    paths: dict[str, Any] = {}
    for call in CALLS:
        body: Schema = MESSAGE
        if call == "batch":
            typed = MESSAGE | {"required": ["type"], "properties": {**MESSAGE["properties"], "type": MESSAGE_TYPES}}
            body = {"type": "object", "required": ["batch"], "properties": {"batch": _listed(typed)}}
        paths[f"/v1/{call}"] = {"post": _operation("tracking", f"A Segment {call} call.", EventsAnswer, body)}
    event = _operation("tracking", "A CloudEvents 1.0 event, structured, batched or binary.", EventsAnswer, CLOUDEVENT)
    (structured,) = event["requestBody"]["content"].values()
    event["requestBody"]["content"] = {
        "application/cloudevents+json": structured,
        "application/cloudevents-batch+json": {"schema": _listed(CLOUDEVENT)},
    }
    products, customers = listed("products"), listed("customers")
    return paths | {
        "/v1/events": {"post": event},
        "/v1/products": {"put": _operation("catalogue", "Catalogue entries, each whole.", EventsAnswer, products)},
        "/v1/customers": {"put": _operation("customers", "Traits of customers.", EventsAnswer, customers)},
    }


def _recommendations() -> dict[str, Any]:
    asked, strip, near = (
        _operation("recommendations", "Items for one or several placements.", Recommendation, RecommendationRequest),
        _operation(
            "recommendations",
            "The strip of a product page: what customers like this one take with or after the product.",
            Recommendation,
            path=("product_id",),
            query=("customer_id", "anonymous_id", "session_id", "page_view_id", "k", "explain", "context"),
        ),
        _operation(
            "recommendations", "The products nearest to one.", SimilarProducts, path=("product_id",), query=("k",)
        ),
    )
    at = "/v1/products/{product_id}"
    return {
        "/v1/recommendations": {"post": asked},
        f"{at}/recommendations": {"get": strip},
        f"{at}/similar": {"get": near},
        "/v1/stream": {"get": _stream()},
    }


def _stream() -> dict[str, Any]:
    operation = _operation(
        "recommendations",
        "The lists of a page, and new ones whenever its person's events change them.",
        Recommendation,
        query=("placements", "customer_id", "anonymous_id", "session_id", "product_id", "k", "context", "key"),
    )
    operation["parameters"][0]["required"] = True
    told = "Server-sent events named `recommendations`, each a Recommendation by its id; comments keep it open."
    operation["parameters"].append(_parameter("Last-Event-ID", "header"))
    operation["responses"]["200"] = {"description": told, "content": {"text/event-stream": {"schema": _EVENTS}}}
    return operation


def _customers() -> dict[str, Any]:
    at, who = "/v1/customers/{customer_id}", ("customer_id",)
    paths = {
        at: {
            "get": _profile(who),
            "delete": _operation("customers", "Forget a customer.", Erasure, path=who),
        },
        f"{at}/similar": {
            "get": _operation("customers", "The nearest customers.", SimilarCustomers, path=who, query=("k",))
        },
    }
    paths[f"{at}/identities"] = {
        "get": _operation("customers", "The leaves of a person, and the evidence of their links.", Identities, path=who)
    }
    export = _operation("customers", "Everything held of a customer, streamed.", ProfileAnswer, path=who)
    export["responses"]["200"]["content"]["application/json"]["schema"] = EXPORT
    paths[f"{at}/export"] = {"get": export}
    for name, body, answer in (
        ("preferences", Preferences, StatedPreferences),
        ("consents", Consents, StatedConsents),
    ):
        paths[f"{at}/{name}"] = {
            "get": _operation("customers", f"The stated {name}.", answer, path=who),
            "put": _operation("customers", f"State {name}; the next answer obeys them.", answer, body, path=who),
        }
    return paths


def _intake() -> dict[str, Any]:
    letters = _operation("intake", "Refused messages and why.", DeadLetters, query=("source", "since", "k"))
    again = _operation("intake", "Read refused messages again.", Replayed, ReplayRequest)
    quality = _operation("intake", "How good what came in was, by source.", QualityAnswer)
    return {
        "/v1/dead-letters": {"get": letters},
        "/v1/dead-letters/replay": {"post": again},
        "/v1/quality": {"get": quality},
    }


def _graph() -> dict[str, Any]:
    paths: dict[str, Any] = {}
    for verb, described in DESCRIBED.items():
        operation = _operation("graph", described.summary, described.answer)
        operation["parameters"] = [dict(parameter) for parameter in described.parameters]
        paths[f"/v1/graph/{verb}"] = {"get": operation}
    return paths


def _profile(who: tuple[str, ...]) -> dict[str, Any]:
    summary = "The profile of a customer or visitor, or one feature of it with the events behind it."
    operation = _operation("customers", summary, ProfileAnswer, path=who, query=("feature",))
    either = {"anyOf": [_reference(ProfileAnswer), _reference(FeatureEvents)]}
    operation["responses"]["200"]["content"]["application/json"]["schema"] = either
    return operation


def _operation(
    tag: str,
    summary: str,
    answer: type[msgspec.Struct],
    body: type[msgspec.Struct] | Schema | None = None,
    *,
    path: tuple[str, ...] = (),
    query: tuple[str, ...] = (),
) -> dict[str, Any]:
    problem = {"application/problem+json": {"schema": _reference(Problem)}}
    operation: dict[str, Any] = {
        "tags": [tag],
        "summary": summary,
        "parameters": [
            *(_parameter(name, "path") | {"required": True} for name in path),
            *(_parameter(name, "query") for name in query),
        ],
        "responses": {
            "200": {"description": "Done.", "content": {"application/json": {"schema": _reference(answer)}}},
            "4XX": {"description": "Refused: which field, which value, what was expected.", "content": problem},
            "503": {"description": "Not now; try again after Retry-After seconds.", "content": problem},
        },
    }
    if body is not None:
        schema = _reference(body) if isinstance(body, type) else dict(body)
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    return operation


def _listed(items: Schema) -> dict[str, Any]:
    return {"type": "array", "maxItems": MAX_MESSAGES, "items": items}


def _parameter(name: str, where: str) -> dict[str, Any]:
    schema, description = PARAMETERS[name]
    named = {"style": "deepObject", "explode": True} if schema.get("type") == "object" else {}
    return {"name": name, "in": where, "description": description, "schema": dict(schema), **named}


def _reference(struct: type[msgspec.Struct]) -> dict[str, str]:
    return {"$ref": REF.format(name=struct.__name__)}
