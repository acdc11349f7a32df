"""Who somebody is, through HTTP: what a visitor did shows for the customer they are, with the evidence of it."""

from typing import Any

import pytest

from api.settings import Settings
from tests.api.in_process import InProcess
from tests.api.shop import aisle_of

LOVER = "dairy-lover-1"
IDENTIFY = ("identify", {"userId": "new", "anonymousId": "device"})
ALIAS = ("alias", {"userId": "new", "anonymousId": "device", "previousId": "device"})


def undo(app: InProcess, customer: str, previous: str) -> None:
    event = {"specversion": "1.0", "id": f"undo {customer} {previous}", "source": "crm", "type": "com.patron.Unmerged"}
    body = event | {"subject": customer, "data": {"previous_id": previous}}
    assert app.post("/v1/events", body, headers={"content-type": "application/cloudevents+json"}).status_code == 200


def identities(app: InProcess, customer: str) -> dict[str, Any]:
    body: dict[str, Any] = app.get(f"/v1/customers/{customer}/identities").json()
    return body


@pytest.mark.parametrize(("call", "said"), [IDENTIFY, ALIAS], ids=["identify", "alias"])
def test_what_a_visitor_looked_at_counts_once_they_are_known(app: InProcess, call: str, said: dict[str, Any]) -> None:
    for product in ("party-01", "party-02"):
        app.view(product, anonymousId="device")
    assert app.post(f"/v1/{call}", said).status_code == 200
    shown = app.shown("discover", customer_id="new", k=5)
    assert {aisle_of(product) for product in shown} == {"party"}
    found = app.get("/v1/customers/new").json()
    assert found["counts"]["Viewed"] == 2
    assert {row["product_id"] for row in found["session"]} == {"party-01", "party-02"}
    assert found["includes"] == int(app.engine.log.end())


def test_a_visitor_s_id_alone_leads_to_the_customer_also_after_a_restart(settings: Settings) -> None:
    with InProcess(settings) as app:
        app.post("/v1/identify", {"userId": LOVER, "anonymousId": "device"})
        known = app.shown(customer_id=LOVER, k=10)
        assert app.shown(anonymous_id="device", k=10) == known != app.shown(anonymous_id="stranger", k=10)
    with InProcess(settings) as app:
        assert app.shown(anonymous_id="device", k=10) == known
        assert app.get("/v1/customers/anon:device").json()["customer_id"] == LOVER
        undo(app, LOVER, "anon:device")
        assert app.shown(anonymous_id="device", k=10) == app.shown(anonymous_id="stranger", k=10)
        assert app.get("/v1/customers/anon:device").status_code == 404


def test_a_shared_device_by_itself_leads_to_nobody(app: InProcess) -> None:
    for customer in (LOVER, "party-lover-1"):
        app.post("/v1/identify", {"userId": customer, "anonymousId": "tablet"})
    app.view("party-03", anonymousId="tablet")
    assert app.shown(anonymous_id="tablet", k=10) != app.shown(customer_id=LOVER, k=10)
    assert app.get(f"/v1/customers/{LOVER}").json()["session"] == []
    assert [row["product_id"] for row in app.get("/v1/customers/party-lover-1").json()["session"]] == ["party-03"]
    assert identities(app, "anon:tablet")["owners"] == [LOVER, "party-lover-1"]
    assert {"id": "anon:tablet", "shared": True} in identities(app, LOVER)["identities"]


def test_a_merge_is_shown_with_its_evidence_and_undone(app: InProcess) -> None:
    before = app.get(f"/v1/customers/{LOVER}").json()
    app.view("party-01", anonymousId="device")
    app.post("/v1/identify", {"userId": LOVER, "anonymousId": "device", "messageId": "m1"})
    told = identities(app, LOVER)
    assert told["identities"] == [{"id": LOVER, "shared": False}, {"id": "anon:device", "shared": False}]
    [link] = told["links"]
    assert (link["kind"], link["source"], link["event"], link["holds"]) == (
        "identified",
        "segment",
        "m1#identified",
        True,
    )
    undo(app, LOVER, "anon:device")
    [link] = identities(app, LOVER)["links"]
    assert (link["kind"], link["source"], link["holds"]) == ("unmerged", "crm", False)
    after = app.get(f"/v1/customers/{LOVER}").json()
    for name in ("recent", "session", "spent", "most_bought", "consents"):
        assert after[name] == before[name]
    assert app.get("/v1/customers/anon:device").json()["counts"] == {"Viewed": 1}


def test_two_known_customers_may_be_one_person(app: InProcess) -> None:
    app.post("/v1/alias", {"userId": "new", "previousId": LOVER})
    assert app.shown(customer_id="new", k=10) == app.shown(customer_id=LOVER, k=10)
    assert app.get("/v1/customers/new").json()["counts"]["Purchased"] == 5


def test_an_erased_customer_is_no_longer_who_a_device_leads_to(app: InProcess) -> None:
    app.view("party-01", anonymousId="device")
    app.post("/v1/identify", {"userId": LOVER, "anonymousId": "device"})
    app.delete(f"/v1/customers/{LOVER}")
    assert app.get(f"/v1/customers/{LOVER}").status_code == 404
    assert app.get("/v1/customers/anon:device").json()["customer_id"] == "anon:device"
    app.view("dairy-01", userId=LOVER)
    assert app.get(f"/v1/customers/{LOVER}").json()["counts"] == {"Viewed": 1}


def test_a_device_stays_shared_when_one_of_its_customers_is_erased(app: InProcess) -> None:
    for customer in (LOVER, "party-lover-1"):
        app.post("/v1/identify", {"userId": customer, "anonymousId": "tablet"})
    lines = {"order_id": "o", "currency": "USD", "products": [{"product_id": "party-05", "value": 7}]}
    for event, properties in (("Order Completed", lines), ("Product Added", {"product_id": "party-06"})):
        said = {"anonymousId": "tablet", "event": event, "properties": properties}
        assert app.post("/v1/track", said).json()["accepted"] == 1
    before = [app.get(f"/v1/customers/{LOVER}").json(), app.shown(customer_id=LOVER, anonymous_id="tablet", k=10)]
    assert all(link["holds"] for link in identities(app, LOVER)["links"])
    app.delete("/v1/customers/party-lover-1")
    after = [app.get(f"/v1/customers/{LOVER}").json(), app.shown(customer_id=LOVER, anonymous_id="tablet", k=10)]
    for name in ("customer_id", "counts", "spent", "cart", "recent", "session", "most_bought", "products_bought"):
        assert after[0][name] == before[0][name]
    assert after[1] == before[1]
    assert app.get("/v1/customers/anon:tablet").json()["customer_id"] == "anon:tablet"
    for asked in (LOVER, "anon:tablet"):
        told = identities(app, asked)
        assert {link["other"]: link["holds"] for link in told["links"] if link["id"] == "anon:tablet"} == {
            LOVER: True,
            "party-lover-1": False,
        }
    assert told["owners"] == [LOVER] and told["identities"] == [{"id": "anon:tablet", "shared": False}]


def test_a_link_to_a_device_that_was_erased_is_told_not_to_hold(app: InProcess) -> None:
    app.post("/v1/identify", {"userId": LOVER, "anonymousId": "device"})
    app.delete("/v1/customers/anon:device")
    [link] = identities(app, LOVER)["links"]
    assert (link["other"], link["holds"]) == ("anon:device", False)


def test_groups_are_joined_and_left(app: InProcess) -> None:
    app.post("/v1/group", {"userId": LOVER, "groupId": "household 7", "traits": {"size": 4}})
    body = app.get(f"/v1/customers/{LOVER}").json()
    assert [(one["group_id"], one["traits"]) for one in body["groups"]] == [("household 7", {"size": 4})]
    assert set(body["traits"]) == {"size"}
    app.post("/v1/group", {"userId": LOVER, "groupId": "household 7", "traits": {"left": True}})
    assert app.get(f"/v1/customers/{LOVER}").json()["groups"] == []
    refused = app.post("/v1/group", {"userId": LOVER, "groupId": "h", "traits": {"left": "yes"}})
    assert (refused.json()["field"], refused.json()["expected"]) == ("traits.left", "true or false")


def test_everything_held_of_a_person_can_be_asked_for(app: InProcess) -> None:
    app.view("party-01", anonymousId="device")
    app.post("/v1/track", {"userId": LOVER, "event": "Product Viewed", "properties": {}})  # refused
    app.post("/v1/identify", {"userId": LOVER, "anonymousId": "device"})
    app.view("party-02", anonymousId="somebody else's")
    app.shown(customer_id=LOVER, k=3)
    app.view("party-03", userId=LOVER)
    export = app.get(f"/v1/customers/{LOVER}/export")
    held = export.json()
    assert export.headers["content-type"] == "application/json"
    shown, computed = (
        app.get(f"/v1/customers/{LOVER}").json(),
        {"features", "tastes", "intent", "context", "predictions"},
    )
    assert held["profile"].keys() == shown.keys()
    assert all(held["profile"][name] == shown[name] for name in shown.keys() - computed)
    assert held["identities"] == identities(app, LOVER)
    assert [leaf["customer"] for leaf in held["leaves"]] == [f"user:{LOVER}", "anon:device"]
    types = [event["type"] for event in held["events"]]
    assert (types.count("Purchased"), types.count("Viewed"), types.count("Linked")) == (5, 2, 1)
    assert [answer["placements"][0][0] for answer in held["answers"]] == ["homepage"]
    assert [letter["refusal"]["field"] for letter in held["refused"]] == ["properties.product_id"]
    assert "party-02" not in {event.get("product") for event in held["events"]}
    assert app.get("/v1/customers/nobody/export").status_code == 404
