"""Stream: the lists of a page, sent anew (server-sent events) whenever what its person did changes them."""

import asyncio
from collections.abc import AsyncIterator

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from api.engine import Engine
from api.http.discretion import discreet
from api.routes.recommendations import context_of, optional_count, optional_session
from api.streams import Listener
from graph import InvalidValue, StoreUnavailable, product_id
from recommend.answers import PlacementRequest, Recommendation, RecommendationRequest
from recommend.record import recorded_recommendation

__all__ = ["stream_route"]

HEARTBEAT_SECONDS = 15.0
COALESCED_SECONDS = 0.1
"""How long after an answer the next one is made at the earliest: one answers all that has come by then."""
MAX_PLACEMENTS = 10
HEADERS = (
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),  # a proxy that collects an answer would hold it back for ever
)

Lists = list[tuple[str, list[str]]]
"""Placements by name, with their products."""


def stream_route() -> Route:
    route = Route("/v1/stream", stream, methods=["GET"])
    route.methods = {"GET"}  # a HEAD would never end
    return route


async def stream(request: Request) -> Response:
    """The current lists, then new ones as they change."""
    engine: Engine = request.app.state.engine
    request.app.state.keys.require_page(request)
    asked = _asked(engine, request)
    secret = request.app.state.keys.holds_secret(request)
    return EventStream(engine, asked, secret, request.headers.get("last-event-id"))


class EventStream(Response):
    """One page's stream, from its first list until it goes away or the server stops."""

    def __init__(self, engine: Engine, asked: RecommendationRequest, secret: bool, last_seen: str | None) -> None:
        self._engine, self._asked, self._secret, self._last_seen = engine, asked, secret, last_seen

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._engine.streams.listener() as listener:
            answer = await self._answer(listener)  # what is refused is refused before anything is sent
            await send({"type": "http.response.start", "status": 200, "headers": list(HEADERS)})
            async with asyncio.TaskGroup() as both:
                sending = both.create_task(self._send(listener, answer, send))
                waiting = both.create_task(_gone(receive))
                sending.add_done_callback(lambda _: waiting.cancel())
                waiting.add_done_callback(lambda _: sending.cancel())

    async def _send(self, listener: Listener, answer: Recommendation, send: Send) -> None:
        async for piece in self._pieces(listener, answer):
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _pieces(self, listener: Listener, answer: Recommendation) -> AsyncIterator[bytes]:
        """Answers that differ from the one before, with a comment where there is none for long.

        A piece is asked for once the one before is sent; what came meanwhile is in the next, whatever it was.
        """
        shown = self._seen_before()
        while True:
            if _lists(answer) != shown:
                shown = _lists(answer)
                yield self._event(self._engine.recorded(self._asked, answer))
            soonest = asyncio.get_running_loop().time() + COALESCED_SECONDS
            while not await listener.news(HEARTBEAT_SECONDS):
                yield b":\n\n"
            if listener.ended:
                return
            await asyncio.sleep(soonest - asyncio.get_running_loop().time())
            answer = await self._answer(listener)

    async def _answer(self, listener: Listener) -> Recommendation:
        streams = self._engine.streams
        async with streams.turn():
            listener.seen()
            try:
                streams.follow(listener, self._engine.leaves_of(self._asked))
            except StoreUnavailable:  # the leaves followed so far are; the answer says what it lacks
                streams.follow(listener, listener.leaves | frozenset(self._engine.asking(self._asked)))
            return self._engine.answer(self._asked)

    def _seen_before(self) -> Lists | None:
        """What the page shows already, by the id it names; None where that was not recorded for those who ask now."""
        row = None if self._last_seen is None else self._engine.ledger.get(self._last_seen)
        if row is None:
            return None
        seen = recorded_recommendation(row)
        if seen.asked[:2] != (self._asked.customer_id, self._asked.anonymous_id):
            return None
        return [(placement.name, placement.products) for placement in seen.placements]

    def _event(self, answer: Recommendation) -> bytes:
        told = answer if self._secret or self._engine.is_stranger(self._asked) else discreet(answer)
        head = f"id: {answer.recommendation_id}\nevent: recommendations\ndata: "
        return head.encode() + msgspec.json.encode(told) + b"\n\n"


def _lists(answer: Recommendation) -> Lists:
    return [(placement.name, [item.product_id for item in placement.items]) for placement in answer.placements]


async def _gone(receive: Receive) -> None:
    """Until the page has gone away."""
    while (await receive())["type"] != "http.disconnect":
        pass


def _asked(engine: Engine, request: Request) -> RecommendationRequest:
    query = request.query_params
    names = query.get("placements", "").split(",")
    if not all(names) or len(names) > MAX_PLACEMENTS:
        expected = f"1 to {MAX_PLACEMENTS} names of placements, separated by commas"
        raise InvalidValue("placements", query.get("placements"), expected)
    if query.get("customer_id") is None and query.get("anonymous_id") is None:
        raise InvalidValue("customer_id", None, "a customer_id or an anonymous_id: whom the lists are for")
    k, product = optional_count(query.get("k")), query.get("product_id")
    if product is not None:
        engine.known_product(product_id(product))
    page = None if product is None else product_id(product)
    return RecommendationRequest(
        placements=tuple(PlacementRequest(name=name, k=k, product_id=page) for name in names),
        customer_id=query.get("customer_id"),
        anonymous_id=query.get("anonymous_id"),
        session_id=optional_session(query.get("session_id")),
        context=context_of(query),
    )
