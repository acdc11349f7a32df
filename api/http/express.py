"""Express: what is asked all the time goes straight to its endpoint, past the framework's layers and its search for a
route."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

__all__ = ["Express"]

Handler = Callable[[Request, Exception], Awaitable[Response]]


class Express:
    """Answers ``POST`` to those of `routes` whose path is fixed, and errors by `handlers`, as the framework would.

    What nobody handles is raised to the layers outside, which answer that something failed.
    """

    def __init__(self, app: ASGIApp, routes: Iterable[Route], handlers: Mapping[Any, Any]) -> None:
        self._app, self._handlers = app, handlers
        self._endpoints: dict[str, Callable[[Request], Awaitable[Response]]] = {
            route.path: route.endpoint for route in routes if route.methods == {"POST"} and "{" not in route.path
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        endpoint = self._endpoints.get(scope["path"]) if scope.get("method") == "POST" else None
        if endpoint is None:
            await self._app(scope, receive, send)
            return
        scope["endpoint"] = endpoint  # the name that metrics count it under
        request = Request(scope, receive, send)
        try:
            response = await endpoint(request)
        except Exception as error:
            handler = self._handler(error)
            if handler is None:
                raise
            response = await handler(request, error)
        await response(scope, receive, send)

    def _handler(self, error: Exception) -> Handler | None:
        kinds = (kind for kind in type(error).__mro__ if kind is not Exception)
        return next((self._handlers[kind] for kind in kinds if kind in self._handlers), None)
