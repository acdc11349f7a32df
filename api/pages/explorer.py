"""The explorer under /explore: the page with which an analyst looks at the graph behind /v1/graph."""

from pathlib import Path
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from api.engine import Engine
from api.http.bodies import json_response
from api.http.problems import problem

__all__ = ["LIBRARIES", "explorer_routes"]

FOLDER = Path(__file__).parent / "explorer"
INSTALLED = FOLDER / "node_modules"
LIBRARIES = {
    "graphology.js": "graphology/dist/graphology.umd.min.js",
    "graphology-library.js": "graphology-library/dist/graphology-library.min.js",
    "sigma.js": "sigma/dist/sigma.min.js",
}
POLICY = "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
MISSING = (
    "the drawing library is not in this installation: "
    "`make setup` puts it there in a checkout; a wheel built after it carries it"
)
FRESH = {"Cache-Control": "no-cache"}
"""Asked for anew each time, and sent again only where it has changed: a page and its modules belong together."""
FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable"}
"""The page asks for the libraries by their versions."""
HEADERS = FRESH | {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def explorer_routes() -> list[BaseRoute]:
    return [
        Route("/explore", page, methods=["GET"]),
        Route("/explore/placements", placements, methods=["GET"]),
        Route("/explore/vendor/{name}", library, methods=["GET"]),
        Mount("/explore/static", Modules(directory=FOLDER / "static")),
    ]


class Modules(StaticFiles):
    """The page's own files."""

    def file_response(self, *arguments: Any, **options: Any) -> Response:
        answer = super().file_response(*arguments, **options)
        answer.headers.update(FRESH)
        return answer


async def page(_: Request) -> Response:
    """The page itself; what is drawn is in the part of its address after the #, which only the browser reads."""
    return FileResponse(FOLDER / "explorer.html", media_type="text/html", headers=HEADERS)


async def placements(request: Request) -> Response:
    """The placements whose lists can be asked for, in the order of their file; with the secret key."""
    engine: Engine = request.app.state.engine
    request.app.state.keys.require_secret(request)
    return json_response({"placements": list(engine.recommender.placements.places)})


async def library(request: Request) -> Response:
    """One of the files that draw; 404 in words where they have not been installed."""
    name = request.path_params["name"]
    if name not in LIBRARIES:
        raise HTTPException(404)
    file = INSTALLED / LIBRARIES[name]
    if not file.is_file():
        return problem(404, "Not installed", MISSING)
    return FileResponse(file, media_type="text/javascript", headers=FOR_EVER | {"X-Content-Type-Options": "nosniff"})
