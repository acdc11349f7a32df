"""The API's description under /docs, drawn from its OpenAPI document without anything from elsewhere."""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

__all__ = ["description_route"]

PAGE = Path(__file__).with_suffix(".html")


def description_route() -> Route:
    return Route("/docs", docs, methods=["GET"])


async def docs(_: Request) -> Response:
    """Every route with its parameters, body and answers."""
    return FileResponse(PAGE, media_type="text/html")
