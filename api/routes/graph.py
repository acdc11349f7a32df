"""Graph: the explorer's questions, passed on to the worker. Only for the secret key."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.explorer.description import DESCRIBED
from api.explorer.wire.frames import Told
from api.explorer.wire.relay import Relay
from api.http.problems import problem, refusal
from graph import InvalidValue

__all__ = ["graph_routes"]

TITLES = {404: "Not found", 422: "Invalid value"}


def graph_routes() -> list[Route]:
    return [Route(f"/v1/graph/{verb}", _passed_on(verb), methods=["GET"]) for verb in DESCRIBED]


def _passed_on(verb: str) -> Callable[[Request], Awaitable[Response]]:
    async def passed_on(request: Request) -> Response:
        request.app.state.keys.require_secret(request)
        relay: Relay = request.app.state.relay
        return _response(await relay.ask(verb, request.scope["query_string"]))

    passed_on.__name__ = f"graph_{verb}"  # what metrics call the route
    return passed_on


def _response(told: Told) -> Response:
    if told.status == 200:
        return Response(told.body, media_type="application/json")
    if told.status in TITLES:
        wrong = InvalidValue(told.field, told.value, told.expected)
        return refusal(told.status, TITLES[told.status], wrong)
    if told.status == 503 and told.retry_after is None:
        return problem(503, "Too much asked for", told.detail)
    if told.status == 503:
        return problem(503, "Try again", told.detail, headers={"Retry-After": str(told.retry_after)})
    return problem(500, "Our fault", told.detail)
