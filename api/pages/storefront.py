"""The storefront under /demo: the shop's own part of it (pages, its catalogue, who is here, households to be)."""

from pathlib import Path

import numpy as np
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from api.engine import Engine
from api.http.bodies import json_response
from graph import CustomerId, ProductId, Profile, anonymous, customer_id, public_id

__all__ = ["storefront_routes"]

FOLDER = Path(__file__).parent / "storefront"
SHOWN_HOUSEHOLDS = 12
SHOWN_ROWS = 8
LOOKED_AT = 100
MAX_PRODUCTS = 200


def storefront_routes() -> list[BaseRoute]:
    return [
        Route("/demo", page, methods=["GET"]),
        Route("/demo/product/{product_id:path}", page, methods=["GET"]),
        Route("/demo/households", households, methods=["GET"]),
        Route("/demo/products", products, methods=["GET"]),
        Route("/demo/visit", visit, methods=["GET"]),
        Mount("/demo/static", StaticFiles(directory=FOLDER)),
    ]


async def page(request: Request) -> Response:
    """Home or product page: the same document, filled in by the script; 404 for a product nobody knows."""
    engine: Engine = request.app.state.engine
    product = request.path_params.get("product_id")
    known = product is None or engine.catalogue.get(ProductId(product)) is not None
    return FileResponse(FOLDER / "storefront.html", status_code=200 if known else 404, media_type="text/html")


async def products(request: Request) -> Response:
    """Names and prices of ``?id=a&id=b``: what a shop has in a database of its own."""
    engine: Engine = request.app.state.engine
    ids = request.query_params.getlist("id")[:MAX_PRODUCTS]
    found = [entry for entry in (engine.catalogue.get(ProductId(product)) for product in ids) if entry is not None]
    return json_response({"products": found})


async def households(request: Request) -> Response:
    """Some customers with a history, to look at the shop as; those with traits first."""
    engine: Engine = request.app.state.engine
    bought = np.diff(engine.snapshot.purchases.offsets)
    enough = min(50, int(np.median(bought))) if len(bought) else 0
    shown: list[dict[str, object]] = []
    for row in np.flatnonzero(bought >= max(enough, 1))[:LOOKED_AT].tolist():
        profile = engine.profiles.get(engine.snapshot.set.customers[row])
        if profile is not None:
            traits = {name: dated.value for name, dated in sorted(profile.traits.items())}
            shown.append(
                {
                    "customer_id": public_id(profile.customer),
                    "traits": traits,
                    "products": len(profile.bought.value),
                    "visiting": bool(profile.session(engine.now())),
                }
            )
    shown.sort(key=lambda household: not household["traits"])
    return json_response({"households": shown[:SHOWN_HOUSEHOLDS]})


async def visit(request: Request) -> Response:
    """What is known of the one who is here now: what they did in this session, newest first, and their cart."""
    engine: Engine = request.app.state.engine
    query = request.query_params
    who = customer_id(query["customer_id"]) if "customer_id" in query else anonymous(query.get("anonymous_id"))
    profile = _known(engine, who)
    if profile is None:
        return json_response({"known": False, "session": [], "cart": {}})
    now = engine.now()
    rows = [row for row in reversed(profile.session(now)) if row.product][:SHOWN_ROWS]
    session = [
        {"kind": row.kind.value, "product_id": row.product, "name": _name(engine, ProductId(row.product))}
        for row in rows
    ]
    return json_response({"known": True, "session": session, "cart": profile.cart(now)})


def _known(engine: Engine, who: CustomerId) -> Profile | None:
    profile = engine.profiles.get(who)
    return profile if profile is not None and profile.counts else None


def _name(engine: Engine, product: ProductId) -> str:
    entry = engine.catalogue.get(product)
    return entry.name if entry is not None else ""
