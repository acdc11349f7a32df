"""CloudEvents 1.0, structured, batched and binary."""

import json
from typing import Any

import msgspec
import pytest

from graph import DAY, CustomerId, EventId, Instant, InvalidValue, ProductId, parse_instant
from graph.events.cloudevents import BATCHED, STRUCTURED, parse_cloudevents
from graph.events.family import (
    EVENT_TYPES,
    AddedToCart,
    CampaignChanged,
    Erased,
    Event,
    Identified,
    Impression,
    Linked,
    OrderLine,
    ProductChanged,
    Purchased,
    Viewed,
)
from graph.events.refusal import Parsed

NOON, _ = parse_instant("2026-05-01T12:00:00Z")
VIEWED: dict[str, Any] = {
    "specversion": "1.0",
    "id": "e1",
    "source": "/shop/web",
    "type": "com.patron.Viewed",
    "time": "2026-05-01T13:59:00+02:00",
    "subject": "42",
    "datacontenttype": "application/json; charset=utf-8",
    "data": {"product_id": "milk", "session": "s1"},
}


def structured(**changes: Any) -> Parsed:
    envelope = {name: value for name, value in {**VIEWED, **changes}.items() if value is not ...}
    return parse_cloudevents(f"{STRUCTURED}; charset=UTF-8", {}, json.dumps(envelope).encode(), received=NOON)


def event(**changes: Any) -> Event:
    parsed = structured(**changes)
    assert not parsed.refused, parsed.refused[0].message
    return parsed.events[0]


SEEN = Viewed(
    id=EventId("e1"),
    source="/shop/web",
    at=Instant(NOON - 60_000_000),
    received=NOON,
    utc_offset=120,
    customer=CustomerId("user:42"),
    session="s1",
    product=ProductId("milk"),
)


def test_a_structured_event_is_its_data_and_its_envelope() -> None:
    assert event() == SEEN


def test_a_binary_event_has_its_envelope_in_the_headers() -> None:
    headers = {
        "Ce-Specversion": "1.0",
        "ce-id": "e1",
        "CE-Source": "/shop/web",
        "ce-type": "com.patron.Viewed",
        "ce-time": "2026-05-01T13:59:00+02:00",
        "ce-subject": "%E2%82%AC42",
        "content-type": "application/json",
    }
    body = b'{"product": "milk", "session": "s1"}'
    parsed = parse_cloudevents("application/json", headers, body, received=NOON)
    assert parsed.events == (msgspec.structs.replace(SEEN, customer="user:€42"),)


def test_a_batch_refuses_one_by_one() -> None:
    batch = [VIEWED, {**VIEWED, "specversion": "0.3"}, 7, {**VIEWED, "data": {"product_id": 3}}, VIEWED]
    parsed = parse_cloudevents(BATCHED, {}, json.dumps(batch).encode(), received=NOON)
    assert parsed.events == (SEEN, SEEN)
    version, number, product = parsed.refused
    assert (version.index, version.message) == (1, "[1].specversion: got '0.3', expected '1.0'")
    assert number.message == "[2]: got 7, expected an object"
    assert product.field == "[3].data.product_id" and product.customer == "user:42"


@pytest.mark.parametrize("name", [kind.__name__ for kind in EVENT_TYPES if kind not in (Erased, Linked)])
def test_every_type_can_be_sent_as_the_family_has_it(examples: dict[str, Event], name: str) -> None:
    row = msgspec.to_builtins(examples[name])
    data = {key: value for key, value in row.items() if key not in ("type", "id", "source", "at", "received")}
    del data["utc_offset"], data["history"]
    denied = {"denied": ()} if data.pop("denied", None) else {}
    customer = data.pop("customer", None)
    visitor = data.pop("anonymous", None)
    if customer:
        data["customer_id"] = customer
    if visitor:
        data["anonymous_id"] = visitor.removeprefix("anon:")
    if name == "CampaignChanged":
        data |= {"starts": "1970-01-01T00:00:00.000001Z", "ends": "1970-01-01T00:00:00.000002Z"}
    sent = event(type=f"com.patron.{name}", id="e-1", source="shop", time="2026-05-01T12:00:00Z", data=data)
    assert sent == msgspec.structs.replace(
        examples[name], at=NOON, received=NOON, utc_offset=0, history=False, **denied
    )


@pytest.mark.parametrize("leaf", ["junk", "user:43", "anon:", "anon: ", 7])
def test_who_is_identified_was_a_visitor(leaf: Any) -> None:
    (refused,) = structured(type="com.patron.Identified", data={"anonymous": leaf}).refused
    assert refused.message == f"data.anonymous: got {leaf!r}, expected anon: and the id of a visitor"


@pytest.mark.parametrize("said", [{"anonymous": "anon:d1"}, {"anonymous_id": "d1"}])
def test_a_visitor_may_be_named_two_ways(said: dict[str, str]) -> None:
    identified = event(type="com.patron.Identified", data=said)
    assert isinstance(identified, Identified) and identified.anonymous == "anon:d1"


def test_the_customer_may_be_named_three_ways() -> None:
    for changes, customer in (
        ({"data": {"product_id": "milk", "customer_id": "7"}}, "user:7"),
        ({"data": {"product_id": "milk", "anonymous_id": "d1"}}, "anon:d1"),
        ({"subject": "anon:d1"}, "anon:d1"),
    ):
        assert event(**changes).subject == customer


def test_a_visitor_is_identified() -> None:
    found = event(type="com.patron.Identified", data={"anonymous_id": "d1"})
    assert isinstance(found, Identified) and (found.customer, found.anonymous) == ("user:42", "anon:d1")


def test_lines_without_a_name_get_one() -> None:
    lines = [{"product_id": "milk", "value": 435}, {"product": "milk", "quantity": 2}, {"product": "ham", "line": "L3"}]
    bought = event(type="com.patron.Purchased", data={"order": "o1", "lines": lines, "currency": "EUR"})
    assert isinstance(bought, Purchased) and bought.lines == (
        OrderLine(line="milk#1", product=ProductId("milk"), value=435),
        OrderLine(line="milk#2", product=ProductId("milk"), quantity=2.0),
        OrderLine(line="L3", product=ProductId("ham")),
    )


def test_the_subject_of_a_catalogue_event_is_the_product() -> None:
    changed = event(type="com.patron.ProductChanged", subject="milk", data={"price": 135})
    assert isinstance(changed, ProductChanged) and (changed.product, changed.price) == ("milk", 135)


def test_a_campaign_has_dates() -> None:
    changed = event(type="com.patron.CampaignChanged", data={"campaign": "c1", "starts": "2026-05-01T12:00:00Z"})
    assert isinstance(changed, CampaignChanged) and changed.starts == NOON


def test_an_event_without_time_is_now_and_an_old_one_is_history() -> None:
    assert event(time=...).at == NOON
    assert event(time="2026-04-29T12:00:00Z").at == NOON - 2 * DAY
    assert event(time="2026-04-29T12:00:00Z").history


def test_context_and_cause_travel_in_the_data() -> None:
    data = {"product_id": "milk", "quantity": 2, "caused_by": "r1", "rank": 3, "context": {"channel": "app"}}
    added = event(type="com.patron.AddedToCart", data=data)
    assert isinstance(added, AddedToCart)
    assert (added.quantity, added.caused_by, added.rank, added.context.channel) == (2.0, "r1", 3, "app")


def test_products_shown_are_ids() -> None:
    shown = event(type="com.patron.Impression", data={"products": ["milk", "bread"], "placement": None})
    assert isinstance(shown, Impression) and shown.products == ("milk", "bread") and shown.placement == ""


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"specversion": ...}, "specversion: got None, expected '1.0'"),
        ({"specversion": 1.0}, "specversion: got 1.0, expected a string"),
        ({"id": ...}, "id: got None, expected a non-empty string"),
        ({"id": ""}, "id: got '', expected a non-empty string"),
        ({"source": ...}, "source: got None, expected a non-empty string"),
        ({"type": ...}, "type: got None, expected com.patron. and one of Viewed, Clicked"),
        ({"type": "com.acme.Order"}, "type: got 'com.acme.Order', expected com.patron. and one of Viewed"),
        ({"type": "com.patron.Linked", "data": {}}, "type: got 'com.patron.Linked', expected com.patron. and one of"),
        ({"data": {"product_id": "milk", "denied": []}}, "data.denied: got [], expected only fields of Viewed"),
        ({"type": "com.patron.Erased", "data": {}}, "expected an erasure to be asked for by DELETE /v1/customers/{id}"),
        ({"time": "2026-05-01T12:00:00"}, "time: got '2026-05-01T12:00:00', expected an ISO 8601 date and time"),
        ({"datacontenttype": "text/xml"}, "datacontenttype: got 'text/xml', expected application/json"),
        ({"data": ...}, "data: got None, expected an object with the fields of Viewed"),
        ({"data": "PGE+"}, "data: got 'PGE+', expected an object with the fields of Viewed"),
        ({"data": {}}, "data.product_id: got None, expected a non-empty string"),
        ({"subject": ...}, "data.customer_id: got None, expected a customer_id or an anonymous_id"),
        ({"subject": ""}, "subject: got '', expected a non-empty string"),
        ({"data": {"product_id": "p", "customer_id": 42}}, "data.customer_id: got 42, expected a non-empty string"),
        ({"data": {"product_id": "p", "quantitty": 2}}, "data.quantitty: got 2, expected only fields of Viewed: "),
        ({"data": {"product_id": "p", "history": True}}, "data.history: got True, expected only fields of Viewed"),
        ({"data": {"product_id": "p", "seconds": "3"}}, "data.seconds: got '3', expected a number"),
        ({"data": {"product_id": "p", "rank": 0}}, "data.rank: got 0, expected a whole number of at least 1"),
        ({"data": {"product_id": "p", "context": 1}}, "data.context: got 1, expected an object"),
        ({"type": "com.patron.Searched", "data": {}}, "data.query: got None, expected a value"),
        ({"type": "com.patron.Purchased", "data": {"order": "o"}}, "data.lines: got None, expected a value"),
        (
            {"type": "com.patron.Purchased", "data": {"order": "o", "lines": [{"product": "p", "price": 1}]}},
            "data.lines[0].price: got 1, expected only fields of a line",
        ),
        (
            {"type": "com.patron.Purchased", "data": {"order": "o", "lines": [{"product": "p", "quantity": -1}]}},
            "data.lines[0].quantity: got -1, expected a number of at least 0",
        ),
        (
            {"type": "com.patron.Purchased", "data": {"order": "o", "lines": [1]}},
            "data.lines[0]: got 1, expected an obj",
        ),
        (
            {"type": "com.patron.Impression", "data": {"products": [""]}},
            "data.products[0]: got '', expected a non-empty",
        ),
        ({"type": "com.patron.Aliased", "data": {}}, "data.previous_id: got None, expected a non-empty string"),
        (
            {"type": "com.patron.CampaignChanged", "data": {"campaign": "c", "ends": 3}},
            "data.ends: got 3, expected an ISO",
        ),
        ({"type": "com.patron.TraitsChanged", "data": {"traits": {"n": 2**70}}}, "data.traits.n: got 11805916207174"),
    ],
)
def test_a_refusal_names_field_value_and_expectation(changes: dict[str, Any], told: str) -> None:
    parsed = structured(**changes)
    assert not parsed.events
    assert told in parsed.refused[0].message


@pytest.mark.parametrize("content_type", ["", "application/json", "text/plain"])
def test_what_is_no_cloudevent_says_so(content_type: str) -> None:
    with pytest.raises(InvalidValue, match=r"content-type: got .*, expected application/cloudevents"):
        parse_cloudevents(content_type, {"ce-id": "1"}, b"{}", received=NOON)


@pytest.mark.parametrize("body", [b"", b"3", b"{", b"null", b"\xff"])
@pytest.mark.parametrize("content_type", [STRUCTURED, BATCHED])
def test_a_body_that_is_no_json_of_its_shape_is_refused_whole(content_type: str, body: bytes) -> None:
    with pytest.raises(InvalidValue) as refused:
        parse_cloudevents(content_type, {}, body, received=NOON)
    assert refused.value.field == "body"


def test_binary_data_that_are_no_json_are_refused() -> None:
    headers = {f"ce-{name}": str(VIEWED[name]) for name in ("specversion", "id", "source", "type")}
    parsed = parse_cloudevents("text/xml", headers, b"<a/>", received=NOON)
    assert parsed.refused[0].message.startswith("content-type: got 'text/xml', expected application/json")
    with pytest.raises(InvalidValue, match="body: got"):
        parse_cloudevents("application/json", headers, b"<a/>", received=NOON)
