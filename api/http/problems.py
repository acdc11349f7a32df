"""Errors as problem+json (RFC 9457), with the field, the value and what was expected."""

import logging
import math
from collections.abc import Mapping
from typing import Any

import msgspec
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from api.streams import TooManyStreams
from graph import InvalidValue, LogUnavailable, NotFound, StoreUnavailable
from graph.errors import shown

__all__ = [
    "Forbidden",
    "TooLarge",
    "TooMany",
    "TooSlow",
    "Unauthorized",
    "UnsupportedEncoding",
    "install_problems",
    "problem",
    "refusal",
    "told",
]

RETRY_AFTER_SECONDS = 1
STREAM_RETRY_AFTER_SECONDS = 10
MAX_SHOWN = 80
_log = logging.getLogger("patron.api")


class Unauthorized(Exception):
    """No key, or one nobody gave out."""


class Forbidden(Exception):
    """A publishable key asked for what only the secret one may."""


class TooLarge(Exception):
    """A body longer than the settings allow."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        super().__init__(f"body: expected at most {limit} bytes")


class TooMany(Exception):
    """A key has sent more events than it may; in `wait` whole seconds it may go on."""

    def __init__(self, per_second: int, wait: int) -> None:
        self.per_second, self.wait = per_second, wait
        super().__init__(f"events: expected at most {per_second} a second with this key; nothing was kept")


class TooSlow(Exception):
    """A body of which nothing more came for too long."""

    def __init__(self, patience: float) -> None:
        super().__init__(f"body: nothing more of it came for {patience:g} seconds; nothing was kept")


class UnsupportedEncoding(Exception):
    """A body packed in a way that is not read here."""


def problem(
    status: int, title: str, detail: str, *, headers: Mapping[str, str] | None = None, **members: Any
) -> Response:
    """A problem+json response; `members` are added beside the standard ones."""
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, **members}
    return Response(
        msgspec.json.encode(body),
        status_code=status,
        media_type="application/problem+json",
        headers=dict(headers or {}),
    )


def refusal(status: int, title: str, error: InvalidValue, **members: Any) -> Response:
    """The answer to a value that cannot be accepted: which field, what stood there, what was expected."""
    said = {"field": error.field, "value": told(error.value), "expected": error.expected}
    return problem(status, title, str(error), **said, **members)


def told(value: Any) -> Any:
    """A refused value as JSON: a scalar as it is, a long text cut, all else as a message shows it."""
    if value is None or isinstance(value, bool) or (isinstance(value, int) and abs(value) <= 2**53):
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    if isinstance(value, str):
        return value if len(value) <= MAX_SHOWN else value[: MAX_SHOWN - 1] + "…"
    return shown(value, MAX_SHOWN)


def install_problems(app: FastAPI) -> None:
    """Answer every error of the engine, of FastAPI and of Starlette as a problem."""

    @app.exception_handler(InvalidValue)
    async def _invalid(_: Request, error: InvalidValue) -> Response:
        return refusal(422, "Invalid value", error)

    @app.exception_handler(NotFound)
    async def _not_found(_: Request, error: NotFound) -> Response:
        unknown = InvalidValue(f"{error.noun}_id", error.identifier, f"the id of a known {error.noun}")
        return refusal(404, "Not found", unknown)

    @app.exception_handler(StoreUnavailable)
    async def _unavailable(_: Request, error: StoreUnavailable) -> Response:
        _log.warning("store unavailable: %s", error)
        writing = isinstance(error, LogUnavailable)
        detail = "the event log cannot be written; nothing was kept" if writing else "the profiles cannot be read"
        headers = {"Retry-After": str(RETRY_AFTER_SECONDS)}
        return problem(503, "Try again", f"{detail} at the moment", headers=headers)

    @app.exception_handler(Unauthorized)
    async def _unauthorized(_: Request, error: Unauthorized) -> Response:
        headers = {"WWW-Authenticate": 'Basic realm="patron", Bearer'}
        expected = "a key, as user name (Basic) or token (Bearer)"
        return problem(401, "Unauthorized", str(error), headers=headers, field="Authorization", expected=expected)

    @app.exception_handler(Forbidden)
    async def _forbidden(_: Request, error: Forbidden) -> Response:
        return problem(403, "Forbidden", str(error), field="Authorization", expected="the secret key")

    @app.exception_handler(TooLarge)
    async def _too_large(request: Request, error: TooLarge) -> Response:
        declared = told(request.headers.get("content-length"))
        expected = f"at most {error.limit} bytes, unpacked"
        return problem(413, "Too large", str(error), field="body", value=declared, expected=expected)

    @app.exception_handler(TooMany)
    async def _too_many(_: Request, error: TooMany) -> Response:
        expected = f"at most {error.per_second} events a second with this key"
        headers = {"Retry-After": str(error.wait)}
        return problem(429, "Too many", str(error), headers=headers, field="events", value=None, expected=expected)

    @app.exception_handler(TooManyStreams)
    async def _too_many_streams(_: Request, error: TooManyStreams) -> Response:
        headers = {"Retry-After": str(STREAM_RETRY_AFTER_SECONDS)}
        return problem(503, "Try again", str(error), headers=headers)

    @app.exception_handler(TooSlow)
    async def _too_slow(_: Request, error: TooSlow) -> Response:
        expected = "a body that keeps coming"
        return problem(408, "Too slow", str(error), headers={"Connection": "close"}, field="body", expected=expected)

    @app.exception_handler(UnsupportedEncoding)
    async def _unsupported(_: Request, error: UnsupportedEncoding) -> Response:
        return refusal(415, "Unsupported encoding", InvalidValue("Content-Encoding", str(error), "gzip or none"))

    @app.exception_handler(ClientDisconnect)
    async def _gone(_: Request, error: ClientDisconnect) -> Response:
        return problem(400, "Incomplete", "the caller went away before the body had come; nothing was kept")

    @app.exception_handler(RequestValidationError)
    async def _validation(_: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"][1:]) or str(first["loc"][0])
        return refusal(422, "Invalid value", InvalidValue(field, first.get("input"), first["msg"]))

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> Response:
        path, method = request.url.path, request.method
        if error.status_code == 404:
            return refusal(404, "Not found", InvalidValue("path", path, "a path that /docs describes"))
        if error.status_code == 405:
            allowed = (error.headers or {}).get("Allow", "")
            wrong = InvalidValue("method", method, f"{allowed or 'another method'} for {shown(path)}")
            answer = refusal(405, "Method not allowed", wrong)
            answer.headers["Allow"] = allowed
            return answer
        return problem(error.status_code, "Refused", str(error.detail), headers=error.headers)

    @app.exception_handler(Exception)
    async def _unexpected(request: Request, error: Exception) -> Response:
        _log.error("unexpected error in %s %s", request.method, request.url.path)
        return problem(500, "Our fault", "something failed that should not; it is in the server's log")
