"""Recommendations: lists for placements, and the product page's strip."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.bodies import BodyDecoder, json_response, read_body
from api.engine import Engine
from graph import InvalidValue, product_id
from recommend.answers import PlacementRequest, RecommendationRequest

__all__ = ["recommendation_routes"]

_decode = BodyDecoder(RecommendationRequest)
_LARGEST_K = 200


def recommendation_routes() -> list[Route]:
    return [
        Route("/v1/recommendations", recommendations, methods=["POST"]),
        Route("/v1/products/{product_id}/recommendations", product_strip, methods=["GET"]),
    ]


async def recommendations(request: Request) -> Response:
    """Items for one or several placements."""
    engine: Engine = request.app.state.engine
    request.app.state.keys.require_any(request)
    asked = _decode(await read_body(request, engine.settings.max_body_bytes))
    return json_response(engine.recommend(asked))


async def product_strip(request: Request) -> Response:
    """What customers like this one take with or after a product."""
    engine: Engine = request.app.state.engine
    request.app.state.keys.require_any(request)
    product = product_id(request.path_params["product_id"])
    engine.known_product(product)
    query = request.query_params
    asked = RecommendationRequest(
        placements=(PlacementRequest(name="product_page", product_id=product, k=optional_count(query.get("k"))),),
        customer_id=query.get("customer_id") or None,
        anonymous_id=query.get("anonymous_id") or None,
        session_id=query.get("session_id") or None,
        explain=query.get("explain", "") in ("1", "true"),
    )
    return json_response(engine.recommend(asked))


def optional_count(text: str | None, field: str = "k") -> int | None:
    """A number of items from a query string, None where none was given."""
    if text is None:
        return None
    if not text.isascii() or not text.isdecimal() or not 1 <= int(text) <= _LARGEST_K:
        raise InvalidValue(field, text, f"a whole number from 1 to {_LARGEST_K}")
    return int(text)
