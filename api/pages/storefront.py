"""The storefront under /demo: the shop's own part of it (pages, its catalogue, some households to be)."""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from api.bodies import json_response
from api.engine import Engine
from graph import ProductId, public_id

__all__ = ["storefront_routes"]

FOLDER = Path(__file__).parent / "storefront"
SHOWN_HOUSEHOLDS = 12
MAX_PRODUCTS = 100


def storefront_routes() -> list[BaseRoute]:
    return [
        Route("/demo", page, methods=["GET"]),
        Route("/demo/product/{product_id}", page, methods=["GET"]),
        Route("/demo/households", households, methods=["GET"]),
        Route("/demo/products", products, methods=["GET"]),
        Mount("/demo/static", StaticFiles(directory=FOLDER)),
    ]


async def page(request: Request) -> Response:
    """Home or product page: the same document, filled in by the script."""
    return FileResponse(FOLDER / "storefront.html", media_type="text/html")


async def products(request: Request) -> Response:
    """Names and prices of ``?ids=a,b,c``: what a shop has in a database of its own."""
    engine: Engine = request.app.state.engine
    ids = request.query_params.get("ids", "").split(",")[:MAX_PRODUCTS]
    found = [entry for entry in (engine.catalogue.get(ProductId(product)) for product in ids) if entry is not None]
    return json_response({"products": found})


async def households(request: Request) -> Response:
    """Some customers with traits and a history, to look at the shop as."""
    engine: Engine = request.app.state.engine
    shown: list[dict[str, object]] = []
    for customer in engine.snapshot.set.customers:
        profile = engine.profiles.get(customer)
        if profile is not None and profile.traits and len(profile.bought) >= 50:
            traits = {name: dated.value for name, dated in sorted(profile.traits.items())}
            shown.append({"customer_id": public_id(customer), "traits": traits, "products": len(profile.bought)})
            if len(shown) == SHOWN_HOUSEHOLDS:
                break
    return json_response({"households": shown})
