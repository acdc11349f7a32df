"""Products: what is like a product."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.engine import Engine
from api.http.answers import Learnt, SimilarProducts
from api.http.bodies import json_response
from api.routes.recommendations import optional_count
from graph import product_id

__all__ = ["product_routes"]


def product_routes() -> list[Route]:
    return [Route("/v1/products/{product_id:path}/similar", similar_products, methods=["GET"])]


async def similar_products(request: Request) -> Response:
    """The products nearest to one, sellable ones only, with why."""
    engine: Engine = request.app.state.engine
    request.app.state.keys.require_any(request)
    product = product_id(request.path_params["product_id"])
    found = engine.similar_products(product, optional_count(request.query_params.get("k")) or 10)
    return json_response(SimilarProducts(product, found, Learnt(engine.snapshot.version)))
