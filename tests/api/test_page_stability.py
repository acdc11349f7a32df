"""Page stability: within one page view a list stays as it is, over HTTP, until something may not be shown any more."""

from typing import Any

import pytest

from tests.api.in_process import InProcess
from tests.api.shop import aisle_of

LOVER = "dairy-lover-1"
WHO: dict[str, Any] = {"customer_id": LOVER, "k": 6}


def looking_around(app: InProcess, **who: str) -> None:
    for number in range(4):
        assert app.view(f"party-0{number}", **who).json()["accepted"] == 1


def test_a_list_stays_within_its_page_view_and_the_next_one_sees_the_newest(app: InProcess) -> None:
    before = app.shown("discover", page_view_id="p1", **WHO)
    looking_around(app, userId=LOVER)
    assert app.shown("discover", page_view_id="p1", **WHO) == before
    newest = app.shown("discover", page_view_id="p2", **WHO)
    assert newest == app.shown("discover", **WHO) != before
    assert app.shown("discover", page_view_id="p1", **WHO | {"k": 5}) == newest[:5]


def test_what_the_learnt_session_adds_waits_for_the_next_page_view(app: InProcess) -> None:
    def discover(view: str) -> tuple[list[str], set[str]]:
        asked = {"customer_id": LOVER, "placements": [{"name": "discover", "k": 6}], "page_view_id": view}
        items = app.post("/v1/recommendations", asked).json()["placements"][0]["items"]
        return [item["product_id"] for item in items], {item["source"] for item in items}

    before, sources = discover("p1")
    assert {aisle_of(product) for product in before} == {"dairy"}
    for number in range(4):
        app.view(f"party-0{number}", userId=LOVER)
    assert discover("p1")[0] == before
    moved, sources = discover("p2")
    assert "party" in map(aisle_of, moved)
    app.put(f"/v1/customers/{LOVER}/consents", {"consents": {"personalization": False}})
    assert discover("p2") == discover("p3") != (moved, sources)
    assert discover("p2") == (app.shown("discover", anonymous_id="nobody", k=6), {"popular"})


def test_a_visitor_who_becomes_known_within_the_page_view_keeps_the_list(app: InProcess) -> None:
    before = app.shown(page_view_id="p1", anonymous_id="v", k=6)
    looking_around(app, anonymousId="v")
    assert app.shown(page_view_id="p1", anonymous_id="v", k=6) == before
    app.post("/v1/identify", {"userId": LOVER, "anonymousId": "v"})
    assert app.shown(page_view_id="p1", anonymous_id="v", k=6) == before


def test_what_is_sold_out_retired_or_in_the_cart_leaves_the_page_at_once(app: InProcess) -> None:
    before = app.shown(page_view_id="p1", **WHO)
    gone = before[:3]
    products = [{"product_id": gone[0], "in_stock": False}, {"product_id": gone[1], "retired": True}]
    app.put("/v1/products", {"products": products})
    app.post("/v1/track", {"userId": LOVER, "event": "Product Added", "properties": {"product_id": gone[2]}})
    after = app.shown(page_view_id="p1", **WHO)
    assert after[:3] == before[3:] and len(after) == 6 and not set(gone) & set(after)
    app.put("/v1/products", {"products": [{"product_id": gone[0], "in_stock": True}]})
    assert app.shown(page_view_id="p1", **WHO) == after


def test_a_dislike_takes_out_what_it_names_and_no_more(app: InProcess) -> None:
    before = app.shown(page_view_id="p1", **WHO)
    app.put(f"/v1/customers/{LOVER}/preferences", {"preferences": {"disliked_products": [before[1]]}})
    assert app.shown(page_view_id="p1", **WHO)[:5] == [before[0], *before[2:]]


def test_consent_withdrawn_makes_the_list_anew_without_the_person(app: InProcess) -> None:
    before = app.shown(page_view_id="p1", **WHO)
    assert {aisle_of(product) for product in before} == {"dairy"}
    app.put(f"/v1/customers/{LOVER}/consents", {"consents": {"personalization": False}})
    stranger = app.shown(anonymous_id="nobody", k=6)
    assert app.shown(page_view_id="p1", **WHO) == stranger != before


def test_an_erased_customer_leaves_no_list_behind(app: InProcess) -> None:
    before = app.shown(page_view_id="p1", **WHO)
    app.delete(f"/v1/customers/{LOVER}")
    app.view("baby-01", userId=LOVER)
    assert not set(app.shown("discover", page_view_id="p1", **WHO)) & set(before)
    assert app.shown(page_view_id="p1", **WHO) != before


def test_a_dry_run_keeps_nothing_for_the_page(app: InProcess) -> None:
    app.shown("discover", page_view_id="p1", dry_run=True, **WHO)
    assert len(app.engine.page_views) == 0


@pytest.mark.parametrize("who", [{"anonymous_id": "v"}, {}], ids=["a visitor", "nobody"])
def test_the_strip_of_a_product_page_stays_too(app: InProcess, who: dict[str, str]) -> None:
    def strip(**view: str) -> list[str]:
        answer = app.get("/v1/products/dairy-03/recommendations", params={"k": 6, **who, **view})
        return [item["product_id"] for item in answer.json()["placements"][0]["items"]]

    before = strip(page_view_id="p1")
    looking_around(app, anonymousId="v")
    assert strip(page_view_id="p1") == before
    app.put("/v1/products", {"products": [{"product_id": before[0], "in_stock": False}]})
    assert strip(page_view_id="p1")[:5] == before[1:]


def test_without_a_page_view_nothing_is_kept(app: InProcess) -> None:
    app.shown(**WHO)
    assert len(app.engine.page_views) == 0
