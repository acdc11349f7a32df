"""A refused message read again is what it was at the first time, or, once it can be, what it should have been."""

import json
from typing import Any

import pytest
from msgspec.structs import replace

from graph import Instant, InvalidValue, parse_instant
from graph.events import parse_cloudevents, parse_customers, parse_products, parse_segment
from graph.events.refusal import Parsed, Refusal
from graph.events.rereading import reread

NOON, _ = parse_instant("2026-05-01T12:00:00Z")
BAD, GOOD = '"quantity": -1', '"quantity": 1'
ADDED: dict[str, Any] = {"type": "track", "userId": "42", "event": "Product Added"}
ADDED |= {"timestamp": "2026-05-01T11:00:00Z", "properties": {"product_id": "milk", "quantity": -1}}
HEARD = {"content-type": "application/json", "Ce-Subject": "j%C3%B6rg"}
EVENT = {"specversion": "1.0", "id": "e1", "source": "till", "type": "com.patron.AddedToCart"}


def segment(call: str, body: Any) -> Parsed:
    return parse_segment(call, json.dumps(body).encode(), received=NOON)


def cloudevents(media: str, body: Any, **headers: str) -> Parsed:
    return parse_cloudevents(media, HEARD | headers, json.dumps(body).encode(), received=NOON)


def bodies(quantity: str) -> dict[str, tuple[str, Parsed]]:
    """Every way a message may come: the source that hears it, and what its body holds."""

    def spoilt(value: Any) -> Any:
        return json.loads(json.dumps(value).replace(BAD, quantity))

    added = spoilt(ADDED)
    data = {"product_id": "milk", "quantity": added["properties"]["quantity"]}
    event = EVENT | {"data": data | {"customer_id": "42"}}
    price = added["properties"]["quantity"]
    headers = {f"ce-{name}": value for name, value in EVENT.items()}
    fine = {**added, "properties": {"product_id": "bread"}}
    return {
        "call": ("segment", segment("track", added)),
        "batch": ("segment", segment("batch", {"batch": [fine, added], "sentAt": "2026-05-01T11:30:00Z"})),
        "without a time": ("segment", segment("batch", {"batch": [fine, {**added, "timestamp": None}]})),
        "structured": ("cloudevents", cloudevents("application/cloudevents+json", event)),
        "batched": ("cloudevents", cloudevents("application/cloudevents-batch+json", [{**event, "id": "0"}, event])),
        "binary": ("cloudevents", cloudevents("application/json", data, **headers)),
        "product": (
            "products",
            parse_products(json.dumps({"products": [{"product_id": "p", "price": price}]}).encode(), NOON),
        ),
        "customer": (
            "customers",
            parse_customers(
                json.dumps({"customers": [{"customer_id": "42", "traits": {"a": 1} if price > 0 else [1]}]}).encode(),
                NOON,
            ),
        ),
    }


REFUSED, TAKEN = bodies(BAD), bodies(GOOD)


def mended(refused: Refusal) -> Refusal:
    return replace(
        refused, raw=refused.raw.replace(BAD, GOOD).replace('"price": -1', '"price": 1').replace("[1]", '{"a": 1}')
    )


@pytest.mark.parametrize("way", REFUSED)
def test_a_message_that_is_still_wrong_is_refused_as_before(way: str) -> None:
    source, parsed = REFUSED[way]
    refused = parsed.refused[-1]
    (again,) = reread(refused, source, NOON).refused
    assert (again.raw, again.customer, again.form, again.index) == (
        refused.raw,
        refused.customer,
        refused.form,
        refused.index,
    )
    assert again.expected == refused.expected and refused.field.endswith(again.field)


@pytest.mark.parametrize("way", sorted(REFUSED))
def test_a_mended_message_is_the_event_it_would_have_been(way: str) -> None:
    source, parsed = REFUSED[way]
    found = reread(mended(parsed.refused[-1]), source, NOON)
    assert found.events == TAKEN[way][1].events[-1:]


def test_the_customer_of_a_binary_event_is_known_by_its_subject() -> None:
    assert REFUSED["binary"][1].refused[0].customer == "user:jörg"


@pytest.mark.parametrize("raw", ["{", "[]", "\ud800".encode("utf-8", "surrogatepass").decode("utf-8", "replace")])
def test_a_mend_that_is_no_message_is_refused_again(raw: str) -> None:
    for source, parsed in REFUSED.values():
        (again,) = reread(replace(parsed.refused[-1], raw=raw), source, Instant(NOON)).refused
        assert again.form == parsed.refused[-1].form


def test_what_was_not_kept_whole_cannot_be_read_again() -> None:
    with pytest.raises(InvalidValue, match="kept whole"):
        reread(Refusal(0, "type", "'x'", "y", "{…"), "segment", NOON)
