"""Streams: who is woken by whom, and what a page gets that reads slowly, says nothing or comes last."""

import asyncio
import json
import time
from collections.abc import Iterator, MutableMapping
from typing import Any

import pytest
from prometheus_client import CollectorRegistry, Gauge

from api.routes import stream
from api.streams import Streams, TooManyStreams
from graph import CustomerId, EventId, Instant, LoggedEvent, ProductId
from graph.events.family import AddedToCart, Viewed
from graph.events.refusal import Parsed
from recommend.answers import PlacementRequest, RecommendationRequest
from tests.api.in_process import InProcess
from tests.api.shop import aisle_of

ANNA, FINN, PHONE = (CustomerId(leaf) for leaf in ("user:anna", "user:finn", "anon:phone"))


def streams(most: int = 10) -> Streams:
    return Streams(most, Gauge("open", "Open.", registry=CollectorRegistry()))


def viewed(customer: str, product: str = "milk", id: str = "v") -> Viewed:
    at = Instant(1_700_000_000_000_000)
    return Viewed(
        id=EventId(id), source="t", at=at, received=at, customer=CustomerId(customer), product=ProductId(product)
    )


async def woken(found: Streams, customer: CustomerId, *listeners: Any) -> list[bool]:
    for listener in listeners:
        listener.seen()
    found.wake([LoggedEvent(1, viewed(customer))])
    return [await listener.news(0) for listener in listeners]


def test_events_wake_those_who_follow_the_leaf_and_no_others() -> None:
    async def check() -> None:
        found = streams()
        with found.listener() as first, found.listener() as second:
            found.follow(first, frozenset({ANNA, PHONE}))
            found.follow(second, frozenset({PHONE}))
            assert await woken(found, ANNA, first, second) == [True, False]
            assert await woken(found, PHONE, first, second) == [True, True]
            assert await woken(found, FINN, first, second) == [False, False]
            found.follow(first, frozenset({FINN}))
            assert await woken(found, ANNA, first, second) == [False, False]
            assert await woken(found, FINN, first, second) == [True, False]

    asyncio.run(check())


def test_there_is_room_for_so_many_and_again_when_one_leaves() -> None:
    found = streams(most=1)
    with found.listener(), pytest.raises(TooManyStreams, match="1 pages are listening"), found.listener():
        pass
    with found.listener():
        pass
    with pytest.raises(TooManyStreams), streams(most=0).listener():
        pass


def test_the_end_reaches_those_who_listen_and_those_who_come_later() -> None:
    async def check() -> None:
        found = streams()
        with found.listener() as early:
            found.end()
            with found.listener() as late:
                for listener in (early, late):
                    listener.seen()
                    assert listener.ended and await listener.news(0)

    asyncio.run(check())


def test_listeners_take_turns_and_leave_time_between_them() -> None:
    done: list[str] = []

    async def check() -> None:
        found = streams()

        async def listener(name: str) -> None:
            async with found.turn():
                done.append(name)

        async def request() -> None:
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            done.append("request")

        await asyncio.gather(*(listener(str(number)) for number in range(10)), request())

    asyncio.run(check())
    assert done.index("request") < 4 and len(done) == 11


class Reader:
    """A page, over ASGI: it takes what is sent only while `reading`."""

    def __init__(self, app: InProcess, query: str) -> None:
        self._app, self._query = app, query
        self.reading, self.gone = asyncio.Event(), asyncio.Event()
        self.pieces: list[bytes] = []
        self.reading.set()

    async def listen(self) -> None:
        scope = {"type": "http", "method": "GET", "path": "/v1/stream", "headers": []}
        await self._app.app(scope | {"query_string": self._query.encode()}, self._receive, self._send)

    async def until(self, count: int) -> None:
        async with asyncio.timeout(10):
            while len(self.pieces) < count:
                await asyncio.sleep(0.005)

    async def _receive(self) -> MutableMapping[str, Any]:
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: MutableMapping[str, Any]) -> None:
        await self.reading.wait()
        if message["type"] == "http.response.body":
            self.pieces.append(message["body"])


def shown_in(piece: bytes) -> list[str]:
    body = json.loads(piece.partition(b"data: ")[2])
    return [item["product_id"] for item in body["placements"][0]["items"]]


def sources_in(piece: bytes) -> set[str]:
    body = json.loads(piece.partition(b"data: ")[2])
    return {item["source"] for item in body["placements"][0]["items"]}


def open_streams(app: InProcess) -> float | None:
    return app.engine.telemetry.registry.get_sample_value("patron_streams")


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(stream, "HEARTBEAT_SECONDS", 0.02)
    yield


def test_a_page_that_reads_slowly_gets_the_newest_lists_and_none_of_those_between(app: InProcess) -> None:
    wanted = PlacementRequest(name="discover", k=4)
    asked = RecommendationRequest(placements=(wanted,), anonymous_id="slow")

    async def check() -> None:
        reader = Reader(app, "placements=discover&anonymous_id=slow&k=4")
        listening = asyncio.create_task(reader.listen())
        await reader.until(1)
        reader.reading.clear()
        for number in range(12):
            aisle = ("baby", "party")[number > 5]
            event = viewed("anon:slow", f"{aisle}-{number:02d}", f"v{number}")
            await app.engine.take(Parsed(events=(event,)), "t")
            await asyncio.sleep(0.03)
        reader.reading.set()
        await reader.until(3)
        await asyncio.sleep(0.25)
        assert len(reader.pieces) == 3  # the first, the one that was held up, the newest
        newest = app.engine.answer(asked).placements[0].items
        assert shown_in(reader.pieces[2]) == [item.product_id for item in newest]
        assert aisle_of(newest[0].product_id) == "party"
        reader.gone.set()
        await listening

    app.run(check())


def test_what_the_learnt_session_adds_is_pushed(app: InProcess) -> None:
    async def check() -> None:
        reader = Reader(app, "placements=discover&customer_id=dairy-lover-1&k=8")
        listening = asyncio.create_task(reader.listen())
        await reader.until(1)
        assert "session" not in sources_in(reader.pieces[0])
        now, lover = Instant(time.time_ns() // 1000), CustomerId("user:dairy-lover-1")
        added = AddedToCart(
            id=EventId("a"), source="t", at=now, received=now, customer=lover, product=ProductId("party-02")
        )
        await app.engine.take(Parsed(events=(added,)), "t")
        await reader.until(2)
        assert "session" in sources_in(reader.pieces[1])
        assert "party" in map(aisle_of, shown_in(reader.pieces[1]))
        reader.gone.set()
        await listening

    app.run(check())


@pytest.mark.usefixtures("quick")
def test_where_nothing_happens_a_comment_keeps_the_stream_open(app: InProcess) -> None:
    async def check() -> None:
        reader = Reader(app, "placements=homepage&anonymous_id=v")
        listening = asyncio.create_task(reader.listen())
        await reader.until(4)
        assert reader.pieces[0].startswith(b"id: r") and set(reader.pieces[1:]) == {b":\n\n"}
        assert open_streams(app) == 1
        reader.gone.set()
        await listening
        assert open_streams(app) == 0

    app.run(check())
