"""Limits: a call that holds too much is refused by name and number, and nothing of it is kept."""

import asyncio
import json
from typing import Any

import pytest
from starlette.requests import Request
from starlette.types import Message

from api.http.bodies import read_body
from api.http.problems import TooSlow
from tests.api.in_process import InProcess

VIEW = {"type": "track", "userId": "new", "event": "Product Viewed", "properties": {"product_id": "baby-01"}}
BATCHED = {"content-type": "application/cloudevents-batch+json"}


@pytest.mark.parametrize(
    ("method", "path", "body", "field", "noun"),
    [
        ("POST", "/v1/batch", {"batch": [VIEW] * 5001}, "batch", "messages"),
        ("POST", "/v1/events", [{}] * 5001, "body", "events"),
        ("PUT", "/v1/products", {"products": [{"product_id": "new"}] * 5001}, "products", "products"),
        ("PUT", "/v1/customers", {"customers": [{"customer_id": "new"}] * 5001}, "customers", "customers"),
    ],
)
def test_a_body_of_too_many_is_refused_whole(
    app: InProcess, method: str, path: str, body: Any, field: str, noun: str
) -> None:
    before = app.engine.log.end()
    answer = app.ask(method, path, content=json.dumps(body), headers=BATCHED if path == "/v1/events" else {})
    told = answer.json()
    assert (answer.status_code, told["field"], told["value"]) == (422, field, f"5001 {noun}")
    assert told["expected"] == f"at most 5000 {noun}"
    assert app.engine.log.end() == before


def test_the_most_that_fits_is_taken(app: InProcess) -> None:
    assert app.post("/v1/batch", {"batch": [VIEW] * 5000}).json()["accepted"] == 5000


def test_an_order_of_too_many_lines_takes_no_other_message_with_it(app: InProcess) -> None:
    properties = {"order_id": "o", "products": [{"product_id": "baby-01"}] * 1001}
    order = {"type": "track", "userId": "new", "event": "Order Completed", "properties": properties}
    body = app.post("/v1/batch", {"batch": [order, VIEW]}).json()
    assert (body["accepted"], body["refused_total"]) == (1, 1)
    (refused,) = body["refused"]
    assert (refused["field"], refused["expected"]) == ("batch[0].properties.products", "at most 1000 lines")


def test_an_event_may_not_name_too_many_values(app: InProcess) -> None:
    many: dict[str, bool] = {f"n{number}": True for number in range(201)}
    wishes = app.put("/v1/customers/new/preferences", {"preferences": many}).json()
    consents = app.put("/v1/customers/new/consents", {"consents": many}).json()
    traits = app.post("/v1/identify", {"userId": "new", "traits": many}).json()
    assert [told["value"] for told in (wishes, consents, traits)] == ["201 preferences", "201 consents", "201 values"]
    assert [told["field"] for told in (wishes, consents, traits)] == ["preferences", "consents", "traits"]
    assert app.get("/v1/customers/new").status_code == 404


def test_an_answer_tells_of_a_hundred_refusals_and_how_many_there_are(app: InProcess) -> None:
    bad = [{"type": "dance", "userId": "new"}] * 250
    for answer in (app.post("/v1/batch", {"batch": bad}), app.post("/v1/batch", {"batch": [*bad, VIEW]})):
        assert (len(answer.json()["refused"]), answer.json()["refused_total"]) == (100, 250)


def test_a_body_that_stops_coming_is_given_up() -> None:
    async def read() -> None:
        parts: list[Message] = [{"type": "http.request", "body": b"{", "more_body": True}]

        async def receive() -> Message:
            return parts.pop() if parts else await asyncio.get_running_loop().create_future()

        await read_body(Request({"type": "http", "method": "POST", "headers": []}, receive), 1000, patience=0.02)

    with pytest.raises(TooSlow, match="nothing more of it came"):
        asyncio.run(read())
