"""Recommendations: lists for placements, the product page's strip, and what changes them."""

from typing import Any

import msgspec
import pytest

from recommend.record import SCHEMA, recorded_recommendation
from tests.api.in_process import InProcess
from tests.api.shop import PRODUCTS, aisle_of

LOVER = "dairy-lover-1"


def test_an_answer_has_the_body_of_the_design(app: InProcess) -> None:
    asked = {
        "customer_id": LOVER,
        "session_id": "s1",
        "page_view_id": "p1",
        "placements": [{"name": "homepage", "k": 5}],
        "context": {"channel": "web", "items": 3},
        "deadline_ms": 5000,
    }
    answer = app.post("/v1/recommendations", asked)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    body = answer.json()
    assert list(body) == ["recommendation_id", "placements", "versions", "degraded"]
    assert body["versions"] == app.get("/readyz").json()["versions"]
    assert body["degraded"] == []
    (placement,) = body["placements"]
    assert placement["name"] == "homepage"
    assert [item["rank"] for item in placement["items"]] == [1, 2, 3, 4, 5]
    for item in placement["items"]:
        assert list(item) == ["product_id", "score", "rank", "source", "reasons"]
        assert item["product_id"] in PRODUCTS
        for reason in item["reasons"]:
            assert list(reason) == ["kind", "text", "path"]


@pytest.mark.parametrize("aisle", ["baby", "dairy", "party"])
def test_customers_are_shown_the_aisle_they_buy_from(app: InProcess, aisle: str) -> None:
    assert {aisle_of(product) for product in app.shown(customer_id=f"{aisle}-lover-3", k=6)} == {aisle}


def test_the_answer_after_an_event_shows_it(app: InProcess) -> None:
    before = app.shown("discover", customer_id=LOVER, k=6)
    assert {aisle_of(product) for product in before} == {"dairy"}
    for number in range(3):
        assert app.view(f"party-0{number}", userId=LOVER).json()["accepted"] == 1
    after = app.shown("discover", customer_id=LOVER, k=6)
    assert "party" in {aisle_of(product) for product in after}


def test_an_unknown_visitor_is_known_after_one_event(app: InProcess) -> None:
    assert app.shown(anonymous_id="visitor", k=4)
    app.view("baby-05", anonymousId="visitor")
    assert {aisle_of(product) for product in app.shown("discover", anonymous_id="visitor", k=4)} == {"baby"}


def test_a_customer_and_the_visitor_they_were_are_seen_as_one(app: InProcess) -> None:
    app.post("/v1/track", _added("party-01", anonymousId="phone"))
    app.post("/v1/track", _added("dairy-01", userId=LOVER))
    apart = app.shown("cart", customer_id=LOVER, k=60, filter="true")
    joined = app.shown("cart", customer_id=LOVER, anonymous_id="phone", k=60, filter="true")
    assert "party-01" in apart and "dairy-01" not in apart
    assert not {"party-01", "dairy-01"} & set(joined)


def test_placements_of_one_call_do_not_repeat_each_other(app: InProcess) -> None:
    places = [{"name": "homepage", "k": 10}, {"name": "discover", "k": 10}, {"name": "email", "k": 10}]
    body = app.post("/v1/recommendations", {"customer_id": LOVER, "placements": places}).json()
    shown = [item["product_id"] for placement in body["placements"] for item in placement["items"]]
    assert len(shown) == len(set(shown)) == 30


def test_a_filter_and_exclusions_hold(app: InProcess) -> None:
    shown = app.shown(customer_id=LOVER, k=8, filter='category == "PARTY" && price < 600', exclude=["party-00"])
    assert shown and {aisle_of(product) for product in shown} == {"party"}
    assert "party-00" not in shown and "party-19" not in shown


def test_a_product_is_shown_where_it_is_available(app: InProcess) -> None:
    where = {"dairy-00": ["s1"], "dairy-01": ["s2"], "dairy-02": ["s1", "s2"], "dairy-03": []}
    entries = [{"product_id": name, "category": "DAIRY", "regions": regions} for name, regions in where.items()]
    assert app.put("/v1/products", {"products": entries}).json()["accepted"] == 4

    def shown(**asked: Any) -> set[str]:
        return set(app.shown(customer_id=LOVER, k=60, **asked)) & set(where)

    assert shown() == set(where)
    assert shown(context={"region": "s1"}) == {"dairy-00", "dairy-02", "dairy-03"}
    assert shown(filter='"s2" in regions') == {"dairy-01", "dairy-02", "dairy-03"}
    assert shown(filter='"s2" in regions && category == "DAIRY"', context={"region": "s1"}) == {"dairy-02", "dairy-03"}
    app.post("/v1/identify", {"userId": LOVER, "traits": {"region": "s2"}})
    assert shown() == {"dairy-01", "dairy-02", "dairy-03"}
    assert shown(context={"region": "s1"}) == {"dairy-00", "dairy-02", "dairy-03"}
    app.put("/v1/products", {"products": [{"product_id": "dairy-00", "regions": ["s2"]}]})
    assert shown() == set(where)


def test_a_region_that_is_no_name_is_refused_with_its_place(app: InProcess) -> None:
    asked = {"customer_id": LOVER, "placements": [{"name": "homepage"}], "context": {"region": True}}
    refused = app.post("/v1/recommendations", asked)
    assert (refused.status_code, refused.json()["field"], refused.json()["value"]) == (422, "context.region", True)
    entry = {"product_id": "dairy-00", "regions": "s1"}
    (problem,) = app.put("/v1/products", {"products": [entry]}).json()["refused"]
    assert (problem["field"], problem["expected"]) == ("products[0].regions", "a list")


def test_explain_and_why_not_tell_how_a_list_came_about(app: InProcess) -> None:
    wanted = {"name": "homepage", "k": 3, "why_not": ["party-00"], "filter": 'category == "DAIRY"'}
    body = app.post("/v1/recommendations", {"customer_id": LOVER, "placements": [wanted], "explain": True}).json()
    trace = body["placements"][0]["trace"]
    assert sum(trace["candidates"].values()) > 0
    assert {"product_id", "source", "stage", "why"} <= set(trace["dropped"][0])
    assert [why["product_id"] for why in trace["why_not"]] == ["party-00"]


def test_what_was_answered_can_be_read_in_the_ledger(app: InProcess) -> None:
    asked = {"customer_id": LOVER, "session_id": "s9", "placements": [{"name": "homepage", "k": 3}]}
    body = app.post("/v1/recommendations", asked).json()
    app.view("dairy-01", userId=LOVER)  # its commit comes after the answer's row was queued
    row = msgspec.msgpack.decode(_recorded(app, body["recommendation_id"]))
    assert row[0] == SCHEMA
    assert row[2] == [LOVER, None, "s9", None]
    assert row[5][0][2] == [item["product_id"] for item in body["placements"][0]["items"]]


def test_a_dry_run_records_nothing(app: InProcess) -> None:
    asked = {"customer_id": LOVER, "placements": [{"name": "homepage"}], "dry_run": True}
    body = app.post("/v1/recommendations", asked).json()
    app.view("dairy-01", userId=LOVER)
    assert app.engine.ledger.get(body["recommendation_id"]) is None


def test_the_strip_of_a_product_page_is_of_its_aisle_and_without_the_product(app: InProcess) -> None:
    answer = app.get("/v1/products/dairy-03/recommendations", params={"customer_id": LOVER, "k": 5, "session_id": "s"})
    (placement,) = answer.json()["placements"]
    shown = [item["product_id"] for item in placement["items"]]
    assert placement["name"] == "product_page" and len(shown) == 5
    assert "dairy-03" not in shown and {aisle_of(product) for product in shown} == {"dairy"}
    assert "trace" not in placement


def test_the_strip_knows_what_the_visitor_did(app: InProcess) -> None:
    path = "/v1/products/dairy-03/recommendations"
    before = app.get(path, params={"anonymous_id": "v", "k": 12}).json()["placements"][0]["items"]
    app.post("/v1/track", _added(before[0]["product_id"], anonymousId="v"))
    after = app.get(path, params={"anonymous_id": "v", "k": 12}).json()["placements"][0]["items"]
    assert before[0]["product_id"] not in [item["product_id"] for item in after]


def test_the_strip_shows_what_is_available_where_it_is_asked(app: InProcess) -> None:
    path = "/v1/products/dairy-03/recommendations"
    shown = app.get(path, params={"customer_id": LOVER}).json()["placements"][0]["items"][0]["product_id"]
    app.put("/v1/products", {"products": [{"product_id": shown, "category": "DAIRY", "regions": ["s1"]}]})
    for region, there in (("s1", True), ("s2", False)):
        answer = app.get(path, params={"customer_id": LOVER, "context[region]": region}).json()
        assert (shown in [item["product_id"] for item in answer["placements"][0]["items"]]) == there
        app.view("party-01", userId="somebody else")  # its commit comes after the answer's row was queued
        recorded = recorded_recommendation(_recorded(app, answer["recommendation_id"]))
        assert recorded.context == {"region": region}


@pytest.mark.parametrize(("explain", "traced"), [("1", True), ("true", True), ("0", False), ("false", False)])
def test_the_strip_explains_itself_when_asked(app: InProcess, explain: str, traced: bool) -> None:
    (placement,) = app.get(f"/v1/products/dairy-03/recommendations?explain={explain}").json()["placements"]
    assert ("trace" in placement) == traced


def _added(product: str, **who: str) -> dict[str, object]:
    return {"event": "Product Added", "properties": {"product_id": product}, **who}


def _recorded(app: InProcess, recommendation: str) -> bytes:
    row = app.engine.ledger.get(recommendation)
    assert row is not None
    return row
