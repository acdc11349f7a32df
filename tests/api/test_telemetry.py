"""Telemetry: requests are timed and counted without being held up, and a fault of ours is told and counted as one."""

import asyncio
from collections.abc import AsyncIterator, MutableMapping
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from api.settings import Settings
from api.telemetry import MetricsMiddleware, Telemetry
from graph.quality import Quality
from tests.api.in_process import InProcess


@dataclass
class Counting:
    """The part of an engine that counts."""

    telemetry: Telemetry = field(default_factory=lambda: Telemetry(Quality(lambda _: True)))


def test_a_streamed_answer_passes_piece_by_piece_and_counts_once() -> None:
    sent: list[bytes] = []

    async def stream(_: Request) -> Response:
        async def pieces() -> AsyncIterator[bytes]:
            for number in range(3):
                yield b"%d" % number

        return StreamingResponse(pieces(), status_code=206)

    app = Starlette(routes=[Route("/stream", stream)], middleware=[Middleware(MetricsMiddleware)])
    app.state.engine = Counting()

    async def drive() -> None:
        received: list[MutableMapping[str, Any]] = [{"type": "http.request"}]

        async def receive() -> MutableMapping[str, Any]:
            return received.pop() if received else await asyncio.Future()  # the client stays and says no more

        async def send(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.body":
                sent.append(message["body"])

        scope = {"type": "http", "method": "GET", "path": "/stream", "headers": [], "query_string": b""}
        await app(scope, receive, send)

    asyncio.run(drive())
    assert sent == [b"0", b"1", b"2", b""]
    registry = app.state.engine.telemetry.registry
    assert registry.get_sample_value("patron_requests_total", {"route": "stream", "status": "206"}) == 1


def test_a_fault_of_ours_is_a_problem_that_tells_nothing_and_counts_as_500(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(_: Request) -> Response:
        raise RuntimeError("the secret inside")

    running = InProcess(settings)
    running.app.router.routes.insert(0, Route("/broken", broken))
    with running as app:
        answer: httpx.Response = app.get("/broken")
        assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
        assert "secret" not in answer.text
        assert 'patron_requests_total{route="broken",status="500"} 1.0' in app.get("/metrics").text
    assert "unexpected error in GET /broken" in caplog.text
