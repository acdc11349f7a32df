"""Errors as problem+json (RFC 9457), with the field, the value and what was expected."""

import logging
from collections.abc import Mapping
from typing import Any

import msgspec
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from graph import InvalidValue, NotFound, StoreUnavailable
from graph.errors import shown

__all__ = ["Forbidden", "TooLarge", "Unauthorized", "install_problems", "problem"]

RETRY_AFTER_SECONDS = 1
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


def invalid(error: InvalidValue, status: int = 422) -> Response:
    """The answer to a value that cannot be accepted."""
    return problem(
        status,
        "Invalid value",
        str(error),
        field=error.field,
        value=shown(error.value) if not isinstance(error.value, str) else error.value[:80],
        expected=error.expected,
    )


def install_problems(app: FastAPI) -> None:
    """Answer every error of the engine, of FastAPI and of Starlette as a problem."""

    @app.exception_handler(InvalidValue)
    async def _invalid(_: Request, error: InvalidValue) -> Response:
        return invalid(error)

    @app.exception_handler(NotFound)
    async def _not_found(_: Request, error: NotFound) -> Response:
        return problem(
            404, "Not found", str(error), field=f"{error.noun}_id", value=error.identifier[:80], expected="a known id"
        )

    @app.exception_handler(StoreUnavailable)
    async def _unavailable(_: Request, error: StoreUnavailable) -> Response:
        _log.warning("store unavailable: %s", error)
        headers = {"Retry-After": str(RETRY_AFTER_SECONDS)}
        return problem(
            503, "Try again", "the event log cannot be written at the moment; nothing was kept", headers=headers
        )

    @app.exception_handler(Unauthorized)
    async def _unauthorized(_: Request, error: Unauthorized) -> Response:
        headers = {"WWW-Authenticate": 'Basic realm="patron", Bearer'}
        return problem(401, "Unauthorized", str(error), headers=headers, field="Authorization", expected="a key")

    @app.exception_handler(Forbidden)
    async def _forbidden(_: Request, error: Forbidden) -> Response:
        return problem(403, "Forbidden", str(error), field="Authorization", expected="the secret key")

    @app.exception_handler(TooLarge)
    async def _too_large(_: Request, error: TooLarge) -> Response:
        return problem(413, "Too large", str(error), field="body", expected=f"at most {error.limit} bytes")

    @app.exception_handler(Exception)
    async def _unexpected(request: Request, error: Exception) -> Response:
        _log.error("unexpected error in %s %s", request.method, request.url.path, exc_info=error)
        return problem(500, "Our fault", "something failed that should not; it is in the server's log")

    @app.exception_handler(RequestValidationError)
    async def _validation(_: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"][1:]) or str(first["loc"][0])
        return invalid(InvalidValue(field, first.get("input"), first["msg"]))

    @app.exception_handler(HTTPException)
    async def _http(_: Request, error: HTTPException) -> Response:
        return problem(
            error.status_code, _TITLES.get(error.status_code, "Error"), str(error.detail), headers=error.headers
        )


_TITLES = {404: "Not found", 405: "Method not allowed"}
