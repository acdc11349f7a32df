"""The OpenAPI document: what FastAPI describes itself, and the hot routes described from their msgspec structs."""

from collections.abc import Mapping
from typing import Any

import msgspec
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api.routes.customers import Consents, Preferences
from graph.events.segment import CALLS
from recommend.answers import Recommendation, RecommendationRequest

__all__ = ["describe"]

REF = "#/components/schemas/{name}"
_TEXT = {"type": "string", "minLength": 1, "maxLength": 256}
_COUNT = {"type": "integer", "minimum": 1, "maximum": 200}
_OBJECT: dict[str, Any] = {"type": "object"}
_EVENT_ANSWER = {
    "type": "object",
    "required": ["success", "accepted", "duplicates", "refused"],
    "properties": {
        "success": {"type": "boolean"},
        "accepted": {"type": "integer"},
        "duplicates": {"type": "integer"},
        "refused": {"type": "array", "items": _OBJECT},
    },
}
_PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "field": {"type": "string"},
        "value": {},
        "expected": {"type": "string"},
    },
}
_MESSAGE = {
    "type": "object",
    "properties": {
        "messageId": {"type": "string"},
        "userId": _TEXT,
        "anonymousId": _TEXT,
        "event": {"type": "string"},
        "properties": _OBJECT,
        "traits": _OBJECT,
        "context": _OBJECT,
        "timestamp": {"type": "string", "format": "date-time"},
        "sentAt": {"type": "string", "format": "date-time"},
    },
}
_CLOUDEVENT = {
    "type": "object",
    "required": ["specversion", "id", "source", "type"],
    "properties": {
        "specversion": {"const": "1.0"},
        "id": {"type": "string", "minLength": 1},
        "source": {"type": "string", "minLength": 1},
        "type": {"type": "string", "minLength": 1},
        "subject": {"type": "string"},
        "time": {"type": "string", "format": "date-time"},
        "data": _OBJECT,
    },
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
    structs = (RecommendationRequest, Recommendation, Preferences, Consents)
    references, schemas = msgspec.json.schema_components(structs, ref_template=REF)
    asked, answer, preferences, consents = references
    components = found.setdefault("components", {})
    components.setdefault("schemas", {}).update(schemas, Problem=_PROBLEM)
    components["securitySchemes"] = {
        "basic": {"type": "http", "scheme": "basic", "description": "The key as user name, no password."},
        "bearer": {"type": "http", "scheme": "bearer"},
    }
    found["security"] = [{}, {"basic": []}, {"bearer": []}]
    paths = found["paths"]
    for call in CALLS:
        body = {"type": "object", "required": ["batch"], "properties": {"batch": {"type": "array", "items": _MESSAGE}}}
        paths[f"/v1/{call}"] = {
            "post": _operation(
                "tracking", f"A Segment {call} call.", body=body if call == "batch" else _MESSAGE, answer=_EVENT_ANSWER
            )
        }
    paths["/v1/events"] = {
        "post": _operation(
            "tracking", "A CloudEvents 1.0 event.", _CLOUDEVENT, _EVENT_ANSWER, media="application/cloudevents+json"
        )
    }
    paths["/v1/products"] = {
        "put": _operation("catalogue", "Catalogue entries, each whole.", _listed("products"), _EVENT_ANSWER)
    }
    paths["/v1/customers"] = {
        "put": _operation("customers", "Traits of customers.", _listed("customers"), _EVENT_ANSWER)
    }
    paths["/v1/recommendations"] = {
        "post": _operation("recommendations", "Items for one or several placements.", asked, answer)
    }
    paths["/v1/products/{product_id}/recommendations"] = {
        "get": _operation(
            "recommendations",
            "What customers like this one take with or after a product.",
            answer=answer,
            path=("product_id",),
            query={"customer_id": _TEXT, "anonymous_id": _TEXT, "k": _COUNT, "explain": {"enum": ["1", "true"]}},
        )
    }
    paths["/v1/products/{product_id}/similar"] = {
        "get": _operation("recommendations", "The products nearest to one.", path=("product_id",), query={"k": _COUNT})
    }
    at, who = "/v1/customers/{customer_id}", ("customer_id",)
    paths[at] = {
        "get": _operation("customers", "The profile of a customer or visitor.", path=who),
        "delete": _operation("customers", "Forget a customer.", path=who),
    }
    paths[f"{at}/similar"] = {"get": _operation("customers", "The nearest customers.", path=who, query={"k": _COUNT})}
    for name, schema in (("preferences", preferences), ("consents", consents)):
        paths[f"{at}/{name}"] = {
            "get": _operation("customers", f"The stated {name}.", path=who),
            "put": _operation("customers", f"State {name}; the next answer obeys them.", schema, path=who),
        }
    return found


def _listed(name: str) -> dict[str, Any]:
    return {"type": "object", "required": [name], "properties": {name: {"type": "array", "items": _OBJECT}}}


def _operation(
    tag: str,
    summary: str,
    body: Mapping[str, Any] | None = None,
    answer: Mapping[str, Any] = _OBJECT,
    *,
    path: tuple[str, ...] = (),
    query: Mapping[str, Mapping[str, Any]] | None = None,
    media: str = "application/json",
) -> dict[str, Any]:
    refused = {
        "description": "Refused: which field, which value, what was expected.",
        "content": {"application/problem+json": {"schema": {"$ref": REF.format(name="Problem")}}},
    }
    operation: dict[str, Any] = {
        "tags": [tag],
        "summary": summary,
        "responses": {
            "200": {"description": "Done.", "content": {"application/json": {"schema": dict(answer)}}},
            "4XX": refused,
            "503": {
                "description": "The event log cannot be written now; try again after Retry-After seconds.",
                "content": refused["content"],
            },
        },
        "parameters": [
            *({"name": name, "in": "path", "required": True, "schema": _TEXT} for name in path),
            *({"name": name, "in": "query", "schema": dict(schema)} for name, schema in (query or {}).items()),
        ],
    }
    if body is not None:
        operation["requestBody"] = {"required": True, "content": {media: {"schema": dict(body)}}}
    return operation
