"""What goes straight to its endpoint is answered as the framework would answer it."""

import asyncio
from collections.abc import Awaitable, Callable

import httpx
import pytest
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from api.http.express import Express
from graph import InvalidValue


class Worse(InvalidValue):
    """A kind of what is handled."""


async def well(request: Request) -> Response:
    return JSONResponse({"heard": (await request.body()).decode(), "who": request.headers.get("who")})


def raising(error: Exception) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        raise error

    return endpoint


async def invalid(_: Request, error: Exception) -> Response:
    return JSONResponse({"told": str(error)}, 422)


async def refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return JSONResponse({"refused": error.detail}, error.status_code)


async def failed(_: Request, error: Exception) -> Response:
    return JSONResponse({"ours": type(error).__name__}, 500)


ROUTES = [
    Route("/well", well, methods=["POST"]),
    Route("/invalid", raising(InvalidValue("k", 0, "more")), methods=["POST"]),
    Route("/worse", raising(Worse("k", 0, "more")), methods=["POST"]),
    Route("/teapot", raising(HTTPException(418, "short and stout")), methods=["POST"]),
    Route("/broken", raising(ZeroDivisionError()), methods=["POST"]),
    Route("/of/{name}", well, methods=["POST"]),
]


def answered(express: bool, method: str, path: str, headers: dict[str, str]) -> httpx.Response:
    handlers = {InvalidValue: invalid, HTTPException: refused, Exception: failed}
    layers = [Middleware(CORSMiddleware, allow_origins=["https://shop.example"])]
    if express:
        layers.append(Middleware(Express, routes=ROUTES, handlers=handlers))
    app = Starlette(routes=ROUTES, middleware=layers, exception_handlers=handlers)

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://shop.example") as client:
            return await client.request(method, path, headers=headers)

    return asyncio.run(ask())


@pytest.mark.parametrize("method", ["POST", "GET", "OPTIONS", "HEAD"])
@pytest.mark.parametrize(
    "path", ["/well", "/well/", "/w%65ll", "/invalid", "/worse", "/teapot", "/broken", "/of/ann", "/nowhere"]
)
def test_both_ways_lead_to_the_same_answer(method: str, path: str) -> None:
    headers = {"Origin": "https://shop.example", "who": "ann"}
    straight, round_about = (answered(express, method, path, headers) for express in (True, False))
    assert (straight.status_code, straight.content) == (round_about.status_code, round_about.content)
    assert straight.headers == round_about.headers
