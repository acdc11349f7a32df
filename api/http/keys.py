"""Who may call what: the secret key everything, the publishable key only tracking and recommending."""

import base64
import binascii
import hmac

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.problems import Forbidden, Unauthorized
from api.settings import Settings

__all__ = ["DevelopmentMode", "Keys"]


class Keys:
    """The keys of this deployment; without any, development mode lets every call through."""

    def __init__(self, settings: Settings) -> None:
        self._open = settings.development
        self._secret = settings.secret_key.get_secret_value().encode()
        self._publishable = settings.publishable_key.get_secret_value().encode()

    def require_any(self, request: Request) -> None:
        """Let a caller with either key through; Unauthorized otherwise."""
        if self._open:
            return
        given = _key_of(request)
        if not (_same(given, self._secret) or _same(given, self._publishable)):
            raise Unauthorized("Authorization: expected a key, as Basic user name or Bearer token")

    def require_page(self, request: Request) -> None:
        """Let a caller with either key through, or with the publishable one as the query parameter `key`, since the
        EventSource of a browser sets no headers; Unauthorized otherwise."""
        if not _same(request.query_params.get("key", "").encode(), self._publishable):
            self.require_any(request)

    def name_of(self, request: Request) -> str:
        """Which key a caller holds whom `require_any` let through: a name that tells nothing of it."""
        if self._open:
            return "none"
        return "secret" if self.holds_secret(request) else "publishable"

    def holds_secret(self, request: Request) -> bool:
        """Whether the caller may do everything."""
        return self._open or _same(_key_of(request), self._secret)

    def require_secret(self, request: Request) -> None:
        """Let only the secret key through; Forbidden for the publishable one."""
        if self._open:
            return
        given = _key_of(request)
        if _same(given, self._publishable):
            raise Forbidden("Authorization: a publishable key may only track and recommend")
        if not _same(given, self._secret):
            raise Unauthorized("Authorization: expected the secret key, as Basic user name or Bearer token")


class DevelopmentMode:
    """Says in every answer that no key is asked for."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def announced(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (b"patron-mode", b"development")]
            await send(message)

        await self._app(scope, receive, announced if scope["type"] == "http" else send)


def _same(given: bytes, key: bytes) -> bool:
    return bool(key) and hmac.compare_digest(given, key)


def _key_of(request: Request) -> bytes:
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return value.strip().encode()
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(value.strip(), validate=True).partition(b":")[0]
        except (binascii.Error, ValueError):
            return b""
    return b""
