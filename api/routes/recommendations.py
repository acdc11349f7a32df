"""Recommendations: lists for placements, and the product page's strip."""

import re

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.engine import Engine
from api.http.bodies import BodyDecoder, json_response, read_body
from api.http.discretion import discreet, refuse_traces
from graph import InvalidValue, product_id
from graph.ids import MAX_ID_LENGTH
from recommend.answers import PlacementRequest, RecommendationRequest

__all__ = ["recommendation_routes"]

_decode = BodyDecoder(RecommendationRequest)
_LARGEST_K = 200
_CONTEXT = re.compile(r"context\[([^\[\]]+)\]")
_TRUTHS = {"true": True, "1": True, "false": False, "0": False}


def recommendation_routes() -> list[Route]:
    return [
        Route("/v1/recommendations", recommendations, methods=["POST"]),
        Route("/v1/products/{product_id:path}/recommendations", product_strip, methods=["GET"]),
    ]


async def recommendations(request: Request) -> Response:
    """Items for one or several placements."""
    engine: Engine = request.app.state.engine
    request.app.state.keys.require_any(request)
    asked = _decode(await read_body(request, engine.settings.max_body_bytes))
    if asked.customer_id is None and asked.anonymous_id is None:
        raise InvalidValue("customer_id", None, "a customer_id or an anonymous_id: whom the lists are for")
    return _answered(request, asked)


async def product_strip(request: Request) -> Response:
    """What customers like this one take with or after a product; without an id, what any customer takes."""
    engine: Engine = request.app.state.engine
    request.app.state.keys.require_any(request)
    product = product_id(request.path_params["product_id"])
    engine.known_product(product)
    query = request.query_params
    asked = RecommendationRequest(
        placements=(PlacementRequest(name="product_page", product_id=product, k=optional_count(query.get("k"))),),
        customer_id=query.get("customer_id"),
        anonymous_id=query.get("anonymous_id"),
        session_id=optional_session(query.get("session_id")),
        page_view_id=optional_session(query.get("page_view_id"), "page_view_id"),
        context=context_of(query),
        explain=_truth(query.get("explain", "false"), "explain"),
    )
    return _answered(request, asked)


def _answered(request: Request, asked: RecommendationRequest) -> Response:
    """The lists; a caller who may have guessed an id learns nothing of what the customer bought whom it leads to."""
    engine: Engine = request.app.state.engine
    secret = request.app.state.keys.holds_secret(request)
    if not secret:
        refuse_traces(asked)
    answer = engine.recommend(asked)
    return json_response(answer if secret or engine.is_stranger(asked) else discreet(answer))


def optional_count(text: str | None, field: str = "k") -> int | None:
    """A number of items from a query string, None where none was given."""
    if text is None:
        return None
    if not text.isascii() or not text.isdecimal() or len(text) > 9 or not 1 <= int(text) <= _LARGEST_K:
        raise InvalidValue(field, text, f"a whole number from 1 to {_LARGEST_K}")
    return int(text)


def optional_session(text: str | None, field: str = "session_id") -> str | None:
    """What a page calls a visit, or one view of itself, from a query string."""
    if text is not None and len(text) > MAX_ID_LENGTH:
        raise InvalidValue(field, text, f"at most {MAX_ID_LENGTH} characters")
    return text


def context_of(query: QueryParams) -> dict[str, str | int | float | bool]:
    """What ``context[region]=berlin`` and the like in a query string say; InvalidValue for a name of no characters."""
    said: dict[str, str | int | float | bool] = {}
    for parameter, value in query.items():
        if parameter.startswith("context"):
            named = _CONTEXT.fullmatch(parameter)
            if named is None:
                raise InvalidValue("context", parameter, "context[NAME]=VALUE")
            said[named[1]] = value
    return said


def _truth(text: str, field: str) -> bool:
    if text not in _TRUTHS:
        raise InvalidValue(field, text, f"one of {', '.join(_TRUTHS)}")
    return _TRUTHS[text]
