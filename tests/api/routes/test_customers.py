"""Customers: the profile, similar customers, stated wishes and consents."""

from typing import Any

import pytest

from api.settings import Settings
from tests.api.in_process import InProcess
from tests.api.shop import aisle_of

LOVER = "dairy-lover-1"


def test_a_profile_has_what_is_known(app: InProcess) -> None:
    app.view("party-01", userId=LOVER)
    body = app.get(f"/v1/customers/{LOVER}").json()
    assert body["customer_id"] == LOVER
    assert body["counts"] == {"Delivered": 1, "Purchased": 5, "TraitsChanged": 1, "Viewed": 1}
    assert body["traits"] == {"size": {"value": 1, "since": "2024-03-01T09:00:00Z"}}
    assert body["first_seen"].startswith("2024-")
    assert body["products_bought"] == len(body["most_bought"])
    assert [row["product_id"] for row in body["session"]] == ["party-01"]
    assert (body["preferences"], body["consents"], body["cart"]) == ({}, {}, {})
    assert body["recent"][0] | {"at": ""} == {"at": "", "kind": "viewed", "product_id": "party-01", "quantity": 1.0}


def test_a_profile_tells_features_tastes_intent_and_context(app: InProcess) -> None:
    app.view("party-02", userId="dairy-lover-9")
    body = app.get("/v1/customers/dairy-lover-9").json()
    viewed = body["features"]["views.1h"]
    assert (viewed["value"], viewed["events"], viewed["until"]) == (1, 1, None)
    assert viewed["since"] < viewed["first"] == viewed["last"] < viewed["computed"]
    assert body["features"]["days_since_order"]["events"] == 1
    assert "DAIRY" in {liking["name"] for liking in body["tastes"]["categories"]}
    assert body["intent"]["stage"] == "browsing"
    assert [lift["category"] for lift in body["intent"]["categories"]] == ["PARTY"]
    assert body["context"]["timezone"] == "America/New_York"


def test_one_feature_is_told_with_the_events_behind_it(app: InProcess) -> None:
    app.view("party-03", userId="dairy-lover-8")
    body = app.get("/v1/customers/dairy-lover-8?feature=views.30d").json()
    assert (body["feature"], body["value"]["value"], body["days"][0]["events"]) == ("views.30d", 1, 1)
    assert len(body["events"]) == 1
    refused = app.get("/v1/customers/dairy-lover-8?feature=nothing")
    assert (refused.status_code, refused.json()["field"]) == (422, "feature")


@pytest.mark.parametrize("customer", ["a/b", "ünï", "anon:x", "50%", "a/preferences", "user b"])
def test_an_id_may_hold_any_characters(app: InProcess, customer: str) -> None:
    who = {"anonymousId": "x"} if customer == "anon:x" else {"userId": customer}
    app.view("baby-01", **who)
    quoted = "".join(f"%{byte:02X}" for byte in customer.encode())
    assert app.get(f"/v1/customers/{quoted}").json().get("customer_id", customer) == customer
    assert app.get(f"/v1/customers/{quoted}/similar").json()["customer_id"] == customer


def test_similar_customers_buy_from_the_same_aisle(app: InProcess) -> None:
    body = app.get(f"/v1/customers/{LOVER}/similar?k=5").json()
    assert body["versions"] == {"embeddings": "v0001"}
    assert [found["rank"] for found in body["customers"]] == [1, 2, 3, 4, 5]
    assert {aisle_of(found["customer_id"]) for found in body["customers"]} == {"dairy"}
    first = body["customers"][0]
    assert first["shared_products"] > 0 and first["reasons"][0]["text"].startswith("you both bought")


def test_a_disliked_brand_vanishes_from_the_next_answer(app: InProcess) -> None:
    assert "dairy-00" in app.shown(customer_id=LOVER, k=60)
    answer = app.put(f"/v1/customers/{LOVER}/preferences", {"preferences": {"disliked_brands": ["Alpha"]}})
    assert answer.json()["preferences"]["disliked_brands"]["value"] == ["Alpha"]
    assert app.get(f"/v1/customers/{LOVER}/preferences").json() == answer.json()
    shown = app.shown(customer_id=LOVER, k=60)
    assert shown and not [product for product in shown if int(product[-2:]) % 4 == 0]
    app.put(f"/v1/customers/{LOVER}/preferences", {"preferences": {"disliked_brands": []}})
    assert "dairy-00" in app.shown(customer_id=LOVER, k=60)


def test_who_denies_personalization_gets_what_a_stranger_gets(app: InProcess) -> None:
    asked: dict[str, Any] = {"placements": [{"name": "homepage", "k": 10}], "dry_run": True}
    stranger = app.post("/v1/recommendations", asked | {"customer_id": "stranger"}).json()["placements"]
    mine = app.post("/v1/recommendations", asked | {"customer_id": LOVER}).json()["placements"]
    assert mine != stranger
    answer = app.put(f"/v1/customers/{LOVER}/consents", {"consents": {"personalization": False}})
    assert answer.json()["consents"]["personalization"]["value"] is False
    assert app.get(f"/v1/customers/{LOVER}/consents").json() == answer.json()
    assert app.post("/v1/recommendations", asked | {"customer_id": LOVER}).json()["placements"] == stranger
    assert app.get(f"/v1/customers/{LOVER}/similar").json()["customers"] == []
    app.put(f"/v1/customers/{LOVER}/consents", {"consents": {"personalization": True}})
    assert app.post("/v1/recommendations", asked | {"customer_id": LOVER}).json()["placements"] == mine


def test_wishes_and_consents_of_one_route_are_those_of_the_tracking_calls(app: InProcess) -> None:
    said = {"event": "Consent Changed", "userId": "new", "properties": {"consents": {"marketing": False}}}
    app.post("/v1/track", said)
    assert app.get("/v1/customers/new/consents").json()["consents"]["marketing"]["value"] is False


def test_an_erased_customer_is_unknown_everywhere_at_once(app: InProcess) -> None:
    before = app.get("/v1/customers/dairy-lover-2/similar?k=9").json()["customers"]
    assert LOVER in [found["customer_id"] for found in before]
    asked = {"customer_id": LOVER, "placements": [{"name": "homepage"}]}
    recorded = app.post("/v1/recommendations", asked).json()["recommendation_id"]
    assert app.delete(f"/v1/customers/{LOVER}").json() == {"erased": LOVER, "known": True}
    for path in ("", "/similar", "/preferences", "/consents"):
        assert app.get(f"/v1/customers/{LOVER}{path}").status_code == 404
    assert app.engine.ledger.get(recorded) is None
    after = app.get("/v1/customers/dairy-lover-2/similar?k=9").json()["customers"]
    assert LOVER not in [found["customer_id"] for found in after]
    assert [found["rank"] for found in after] == list(range(1, 10))
    assert app.shown(customer_id=LOVER, k=5) == app.shown(customer_id="stranger", k=5)
    assert app.delete(f"/v1/customers/{LOVER}").json() == {"erased": LOVER, "known": False}


def test_a_customer_who_comes_back_after_an_erasure_is_new(app: InProcess) -> None:
    app.delete(f"/v1/customers/{LOVER}")
    app.view("party-01", userId=LOVER)
    assert app.get(f"/v1/customers/{LOVER}").json()["counts"] == {"Viewed": 1}


def test_what_an_erased_customer_bought_stays_hidden_when_they_come_back(app: InProcess) -> None:
    path = "/v1/customers/dairy-lover-2/similar?k=9"
    assert LOVER in app.get(path).text
    app.delete(f"/v1/customers/{LOVER}")
    app.post("/v1/identify", {"userId": LOVER, "traits": {"size": 1}})
    assert app.get(f"/v1/customers/{LOVER}").status_code == 200
    assert LOVER not in app.get(path).text


def test_an_erasure_is_remembered_by_the_next_server(settings: Settings) -> None:
    with InProcess(settings) as app:
        app.delete(f"/v1/customers/{LOVER}")
        app.post("/v1/identify", {"userId": LOVER, "traits": {"size": 1}})
    with InProcess(settings) as app:
        assert LOVER not in app.get("/v1/customers/dairy-lover-2/similar?k=9").text


def test_who_denies_personalization_is_not_named_to_others(app: InProcess) -> None:
    path = "/v1/customers/dairy-lover-2/similar?k=9"
    assert LOVER in app.get(path).text
    app.put(f"/v1/customers/{LOVER}/consents", {"consents": {"personalization": False}})
    found = app.get(path).json()["customers"]
    assert LOVER not in [one["customer_id"] for one in found]
    assert [one["rank"] for one in found] == list(range(1, 10))
