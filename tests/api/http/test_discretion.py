"""Discretion: a page that guesses a customer's id does not learn what that customer bought."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from api.http.discretion import discreet
from api.settings import loaded_settings
from recommend.answers import Item, Placement, Reason, Recommendation, Versions
from tests.api.in_process import InProcess

SECRET, PUBLISHABLE = "secret-" + "s" * 32, "publishable-" + "p" * 32
FROM_A_PAGE = {"authorization": f"Bearer {PUBLISHABLE}"}
FROM_A_SERVER = {"authorization": f"Bearer {SECRET}"}
LOVER = "dairy-lover-1"
ASKED: dict[str, Any] = {"customer_id": LOVER, "placements": [{"name": "homepage", "k": 20}, {"name": "cart", "k": 20}]}


@pytest.fixture
def locked(data: Path) -> Iterator[InProcess]:
    keys = {"secret_key": SecretStr(SECRET), "publishable_key": SecretStr(PUBLISHABLE)}
    with InProcess(loaded_settings(data=data, **keys)) as running:
        yield running


def _reasons(app: InProcess, headers: dict[str, str]) -> list[dict[str, Any]]:
    answer = app.post("/v1/recommendations", ASKED, headers=headers).json()
    return [reason for placement in answer["placements"] for item in placement["items"] for reason in item["reasons"]]


def test_a_page_is_told_neither_how_often_nor_when(locked: InProcess) -> None:
    told, to_us = _reasons(locked, FROM_A_PAGE), _reasons(locked, FROM_A_SERVER)
    assert any("you bought it once" in reason["text"] for reason in to_us)
    again = [reason for reason in told if reason["kind"] == "buy_again"]
    assert {reason["text"] for reason in again} == {"you bought it before"}
    assert {(len(reason["path"]), reason["path"][0]) for reason in again} == {(2, f"user:{LOVER}")}
    assert not [reason for reason in told if "which you bought" in reason["text"]]


def test_a_visitor_whose_id_nobody_guesses_is_told_everything(locked: InProcess) -> None:
    order = {"order_id": "o", "products": [{"product_id": "baby-01"}]}
    said = {"anonymousId": "v", "event": "Order Completed", "properties": order}
    locked.post("/v1/track", said, headers=FROM_A_PAGE)
    asked = {"anonymous_id": "v", "placements": [{"name": "homepage", "k": 60}]}
    assert "you bought it once" in locked.post("/v1/recommendations", asked, headers=FROM_A_PAGE).text


def test_other_reasons_do_not_name_what_was_bought() -> None:
    path = ("user:1", "product:milk", "3 customers", "product:bread")
    reasons = (
        Reason("bought_together", "3 customers took it with or soon after Milk, which you bought 4 times", path),
        Reason("odd", "Milk, which you bought twice", path),
        Reason("similar_customers", "9 of the 50 customers most like you bought it", path[:1]),
    )
    items = (Item("bread", 1.0, 1, "bought_together", reasons),)
    answer = discreet(Recommendation("r", (Placement("homepage", items),), Versions("v", "c", "p")))
    assert answer.placements[0].items[0].reasons == (
        Reason(
            "bought_together", "customers take it with or soon after something you bought", ("user:1", "product:bread")
        ),
        reasons[2],
    )


def test_traces_need_the_secret_key(locked: InProcess) -> None:
    why_not = ASKED | {"placements": [{"name": "homepage", "why_not": ["baby-01"]}]}
    for body in (ASKED | {"explain": True}, why_not):
        refused = locked.post("/v1/recommendations", body, headers=FROM_A_PAGE)
        assert (refused.status_code, refused.json()["field"]) == (403, "Authorization")
        assert locked.post("/v1/recommendations", body, headers=FROM_A_SERVER).status_code == 200
    strip = "/v1/products/baby-01/recommendations?explain=true"
    assert locked.get(strip, headers=FROM_A_PAGE).status_code == 403


@pytest.mark.parametrize("event", ["Consent Changed", "Preference Changed"], ids=["consents", "preferences"])
def test_a_page_may_not_choose_or_wish_for_a_customer(locked: InProcess, event: str) -> None:
    said = {"consents": {"personalization": True}, "preferences": {"disliked_brands": ["Alpha"]}}
    call = {"userId": LOVER, "event": event, "properties": said}
    assert locked.post("/v1/track", call, headers=FROM_A_PAGE).status_code == 403
    assert locked.post("/v1/track", call, headers=FROM_A_SERVER).json()["accepted"] == 1


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ("page", {"name": "Home"}),
        ("track", {"event": "Salary Arrived"}),
        ("identify", {"anonymousId": "v", "traits": {"size": 2}}),
        ("alias", {"previousId": "anon:older"}),
        ("group", {"groupId": "household-1"}),
    ],
)
def test_a_page_may_say_what_a_customer_did_and_who_they_are(locked: InProcess, call: str, said: Any) -> None:
    assert locked.post(f"/v1/{call}", {"userId": "new", **said}, headers=FROM_A_PAGE).status_code == 200


def test_a_page_may_not_make_one_person_of_two_customers(locked: InProcess) -> None:
    said = {"userId": "new", "previousId": LOVER}
    refused = locked.post("/v1/alias", said, headers=FROM_A_PAGE)
    assert refused.status_code == 403 and "Aliased of two customers" in refused.json()["detail"]
    cloud = {"specversion": "1.0", "id": "1", "source": "s", "type": "com.patron.Identified", "subject": "new"}
    body = cloud | {"data": {"anonymous": f"user:{LOVER}"}}
    kind = {"content-type": "application/cloudevents+json"}
    assert locked.post("/v1/events", body, headers=FROM_A_PAGE | kind).status_code == 422
    assert locked.post("/v1/alias", said, headers=FROM_A_SERVER).json()["accepted"] == 1


def test_a_visitor_s_id_that_leads_to_a_customer_tells_no_more_than_the_customer_s(locked: InProcess) -> None:
    locked.post("/v1/identify", {"userId": LOVER, "anonymousId": "guessed"}, headers=FROM_A_PAGE)
    by_device = ASKED | {"customer_id": None, "anonymous_id": "guessed"}
    told = [locked.post("/v1/recommendations", body, headers=FROM_A_PAGE).json() for body in (ASKED, by_device)]
    assert told[0]["placements"] == told[1]["placements"]
    texts = [reason["text"] for item in told[1]["placements"][0]["items"] for reason in item["reasons"]]
    assert texts and not any("which you bought " in text for text in texts)


def test_what_a_customer_wishes_is_not_told_to_a_page(locked: InProcess) -> None:
    stated = {"preferences": {"only_transaction_alerts": True}}
    locked.put(f"/v1/customers/{LOVER}/preferences", stated, headers=FROM_A_SERVER)
    asked = {"customer_id": LOVER, "placements": [{"name": "email"}]}
    (told,) = locked.post("/v1/recommendations", asked, headers=FROM_A_PAGE).json()["placements"]
    assert (told["items"], told["withheld"]) == ([], ["the customer does not permit it"])
