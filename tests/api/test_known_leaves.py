"""A known customer and the visitor they were: what the visitor did shows wherever the customer is asked for."""

from typing import Any

import pytest

from api.known_leaves import KnownLeaves
from graph import CustomerId, Instant, Profile, Stamp
from graph.profile.profile import Dated
from tests.api.in_process import InProcess
from tests.api.shop import aisle_of

IDENTIFY = ("identify", {"userId": "new", "anonymousId": "device"})
ALIAS = ("alias", {"userId": "new", "anonymousId": "device", "previousId": "device"})


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


def test_a_visitor_s_refusal_holds_for_the_customer_they_are(app: InProcess) -> None:
    app.put("/v1/customers/anon:device/consents", {"consents": {"personalization": False}})
    app.post("/v1/identify", {"userId": "dairy-lover-1", "anonymousId": "device"})
    assert app.shown(customer_id="dairy-lover-1", k=5) == app.shown(customer_id="stranger", k=5)


def test_no_other_known_customer_is_joined_by_a_link(app: InProcess) -> None:
    app.post("/v1/alias", {"userId": "new", "previousId": "dairy-lover-1"})
    assert app.get("/v1/customers/new").json()["counts"] == {"Aliased": 1}


def test_the_three_newest_links_count_and_the_view_is_kept() -> None:
    visitors = [CustomerId(f"anon:{number}") for number in range(5)]
    links = {leaf: Dated(Stamp(Instant(number), ""), number != 4) for number, leaf in enumerate(visitors)}
    known = CustomerId("user:1")
    held = {leaf: Profile(customer=leaf, seq=10 + number, counts={"Viewed": 1}) for number, leaf in enumerate(visitors)}
    held[known] = Profile(customer=known, seq=3, counts={"Identified": 5}, linked=links)
    leaves = KnownLeaves(held.get)
    view = leaves.of((known,))
    assert view is not None and (view.customer, view.seq, view.counts["Viewed"]) == (known, 13, 3)
    assert leaves.of((known,)) is view
    assert leaves.of((visitors[0],)) is held[visitors[0]]
    held[visitors[3]] = Profile(customer=visitors[3], seq=20, counts={"Viewed": 2})
    changed = leaves.of((known,))
    assert changed is not None and changed.counts["Viewed"] == 4
    assert leaves.of((CustomerId("user:nobody"),)) is None
