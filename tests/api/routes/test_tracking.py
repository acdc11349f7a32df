"""Tracking: every call that brings events, durable and applied when it is answered."""

import gzip
import json
from typing import Any

import pytest

from tests.api.in_process import InProcess

ACCEPTED = {"success": True, "accepted": 1, "duplicates": 0, "refused": [], "refused_total": 0}


def profile(app: InProcess, customer: str) -> dict[str, Any]:
    body: dict[str, Any] = app.get(f"/v1/customers/{customer}").json()
    return body


@pytest.mark.parametrize(
    ("call", "message", "counted"),
    [
        ("track", {"event": "Product Viewed", "properties": {"product_id": "baby-01"}}, "Viewed"),
        ("track", {"event": "Salary Arrived", "properties": {"amount": 2000}}, "AccountEvent"),
        ("page", {"name": "Home"}, "AccountEvent"),
        ("screen", {"properties": {"product_id": "baby-01"}}, "Viewed"),
        ("identify", {"traits": {"city": "Delft"}}, "TraitsChanged"),
        ("group", {"groupId": "household-1"}, "Grouped"),
        ("alias", {"previousId": "older"}, "Aliased"),
    ],
)
def test_an_acknowledged_call_is_in_the_profile(
    app: InProcess, call: str, message: dict[str, Any], counted: str
) -> None:
    answer = app.post(f"/v1/{call}", {"userId": "new", **message})
    assert (answer.status_code, answer.json()) == (200, ACCEPTED)
    assert profile(app, "new")["counts"] == {counted: 1}


def test_an_order_changes_history_cart_and_spending(app: InProcess) -> None:
    app.post("/v1/track", {"userId": "new", "event": "Product Added", "properties": {"product_id": "baby-01"}})
    assert profile(app, "new")["cart"] == {"baby-01": 1.0}
    lines = [{"product_id": "baby-01", "quantity": 2, "price": 1.25}, {"product_id": "baby-02", "value": 3}]
    order = {"order_id": "o1", "currency": "USD", "products": lines}
    assert app.post("/v1/track", {"userId": "new", "event": "Order Completed", "properties": order}).json() == ACCEPTED
    found = profile(app, "new")
    assert (found["cart"], found["spent"], found["products_bought"]) == ({}, {"USD": 550}, 2)
    assert [entry["product_id"] for entry in found["most_bought"]] == ["baby-01", "baby-02"]
    assert [row["kind"] for row in found["session"]] == ["added_to_cart", "purchased", "purchased"]


def test_the_same_message_counts_once(app: InProcess) -> None:
    assert app.view("baby-01", userId="new", messageId="m1").json() == ACCEPTED
    assert app.view("baby-01", userId="new", messageId="m1").json() == ACCEPTED | {"accepted": 0, "duplicates": 1}
    assert profile(app, "new")["counts"] == {"Viewed": 1}


def test_a_batch_keeps_what_is_good_and_says_what_is_not(app: InProcess) -> None:
    good = {"type": "track", "userId": "new", "event": "Product Viewed", "properties": {"product_id": "baby-01"}}
    bad = good | {"timestamp": "2024-01-01T00:00:00"}
    answer = app.post("/v1/batch", {"batch": [good, bad, good | {"messageId": "other"}]})
    assert answer.status_code == 200
    body = answer.json()
    assert (body["accepted"], body["duplicates"]) == (2, 0)
    (refused,) = body["refused"]
    assert refused == {
        "index": 1,
        "field": "batch[1].timestamp",
        "value": "2024-01-01T00:00:00",
        "expected": refused["expected"],
    }
    assert "zone" in refused["expected"]
    app.view("baby-02", userId="new")  # its commit comes after the refusal was queued
    (letter,) = app.engine.dead_letters.newest()
    assert (letter.source, letter.refusal.customer) == ("segment", "user:new")


def test_a_batch_of_nothing_good_is_refused_with_each_fault(app: InProcess) -> None:
    answer = app.post("/v1/batch", {"batch": [{"type": "track"}, {"type": "dance", "userId": "new"}]})
    assert answer.status_code == 422
    assert [refused["field"] for refused in answer.json()["refused"]] == ["batch[0].userId", "batch[1].type"]
    assert answer.json()["refused"][0]["value"] is None


@pytest.mark.parametrize("mode", ["structured", "batched", "binary"])
def test_cloudevents_come_in_each_of_their_modes(app: InProcess, mode: str) -> None:
    data = {"customer_id": "new", "product_id": "baby-01"}
    envelope = {"specversion": "1.0", "id": "e1", "source": "till", "type": "com.patron.Viewed"}
    if mode == "binary":
        headers = {f"ce-{name}": value for name, value in envelope.items()} | {"content-type": "application/json"}
        answer = app.ask("POST", "/v1/events", content=json.dumps(data), headers=headers)
    else:
        event = envelope | {"data": data}
        body, media = (event, "cloudevents") if mode == "structured" else ([event], "cloudevents-batch")
        headers = {"content-type": f"application/{media}+json; charset=utf-8"}
        answer = app.ask("POST", "/v1/events", content=json.dumps(body), headers=headers)
    assert (answer.status_code, answer.json()) == (200, ACCEPTED)
    assert profile(app, "new")["counts"] == {"Viewed": 1}


def test_customers_can_be_upserted_in_bulk(app: InProcess) -> None:
    entries = [{"customer_id": f"crm-{number}", "traits": {"segment": "gold"}} for number in range(3)]
    assert app.put("/v1/customers", {"customers": entries}).json() == ACCEPTED | {"accepted": 3}
    assert profile(app, "crm-2")["traits"]["segment"]["value"] == "gold"


def test_a_product_sold_out_vanishes_from_the_next_answer_and_comes_back(app: InProcess) -> None:
    best = app.shown(customer_id="dairy-lover-1", k=3)[0]
    version = app.get("/readyz").json()["versions"]["catalogue"]
    entry = {"product_id": best, "name": "Best", "category": "DAIRY", "price": 1.0, "currency": "USD"}
    assert app.put("/v1/products", {"products": [entry | {"in_stock": False}]}).json() == ACCEPTED
    assert best not in app.shown(customer_id="dairy-lover-1", k=60)
    assert app.get("/readyz").json()["versions"]["catalogue"] != version
    app.put("/v1/products", {"products": [entry]})
    assert best in app.shown(customer_id="dairy-lover-1", k=60)


def test_a_new_product_can_be_shown_at_once(app: InProcess) -> None:
    app.put("/v1/products", {"products": [{"product_id": "new/1", "category": "DAIRY", "price": 0.99}]})
    assert app.shown(anonymous_id="v", k=60, filter="price == 99") == ["new/1"]
    assert app.get("/v1/products/new%2F1/recommendations").status_code == 200


def test_a_gzipped_body_is_unpacked(app: InProcess) -> None:
    message = {"userId": "new", "event": "Product Viewed", "properties": {"product_id": "baby-01"}}
    packed = gzip.compress(json.dumps(message).encode())
    assert app.ask("POST", "/v1/track", content=packed, headers={"content-encoding": "gzip"}).json() == ACCEPTED


def test_internal_traffic_teaches_nothing(app: InProcess) -> None:
    assert app.view("baby-01", userId="staff", context={"internal": True}).json() == ACCEPTED
    assert app.get("/v1/customers/staff").status_code == 404
