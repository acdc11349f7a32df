"""The application in the test's own process, asked over ASGI."""

import asyncio
import contextlib
from collections.abc import Coroutine
from typing import Any, TypeVar

import httpx

from api.engine import Engine
from api.http.app import create_app
from api.settings import Settings

__all__ = ["UNHURRIED_MS", "InProcess"]

T = TypeVar("T")

UNHURRIED_MS = 60_000
"""How long an answer may take in a test, where being late would say how busy the machine is."""


class InProcess:
    """An application from start-up to shutdown, whose loop runs while something is asked of it; no answer is late."""

    def __init__(self, settings: Settings, **headers: str) -> None:
        self.app = create_app(settings.model_copy(update={"deadline_ms": UNHURRIED_MS}))
        self.engine: Engine
        self._runner = asyncio.Runner()
        self._life = contextlib.AsyncExitStack()
        self._http = httpx.AsyncClient(
            transport=httpx.ASGITransport(self.app, raise_app_exceptions=False),
            base_url="http://patron.test",
            headers=headers,
        )

    def __enter__(self) -> "InProcess":
        self.run(self._life.enter_async_context(self.app.router.lifespan_context(self.app)))
        self.engine = self.app.state.engine
        return self

    def __exit__(self, *_: object) -> None:
        self.run(self._http.aclose())
        self.run(self._life.aclose())
        self._runner.close()

    def run(self, what: Coroutine[Any, Any, T]) -> T:
        """Something asynchronous, on the application's own loop."""
        return self._runner.run(what)

    def ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        return self.run(self._http.request(method, path, **options))

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.ask("GET", path, **options)

    def post(self, path: str, body: Any, **options: Any) -> httpx.Response:
        return self.ask("POST", path, json=body, **options)

    def put(self, path: str, body: Any, **options: Any) -> httpx.Response:
        return self.ask("PUT", path, json=body, **options)

    def delete(self, path: str, **options: Any) -> httpx.Response:
        return self.ask("DELETE", path, **options)

    # ── what most tests say ───────────────────────────────────────────────────────────────────────────────────────

    def view(self, product: str, **message: Any) -> httpx.Response:
        """Track that a customer looked at a product."""
        return self.post("/v1/track", {"event": "Product Viewed", "properties": {"product_id": product}, **message})

    def shown(self, placement: str = "homepage", **asked: Any) -> list[str]:
        """The products of one list, in order."""
        where = {name: asked.pop(name) for name in ("k", "product_id", "filter", "exclude") if name in asked}
        answer = self.post("/v1/recommendations", {"placements": [{"name": placement, **where}], **asked})
        assert answer.status_code == 200, answer.text
        return [item["product_id"] for item in answer.json()["placements"][0]["items"]]
