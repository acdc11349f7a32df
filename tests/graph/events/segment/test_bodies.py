"""The calls of Segment's HTTP API, as its libraries send them."""

import json
from typing import Any

import pytest

from graph import DAY, HOUR, MINUTE, CustomerId, Instant, InvalidValue, ProductId, parse_instant
from graph.events.family import (
    AccountEvent,
    Aliased,
    Context,
    CustomerEvent,
    Grouped,
    Identified,
    TraitsChanged,
    Viewed,
)
from graph.events.refusal import MAX_CUT, MAX_RAW, AsSegment, Parsed, Refusal
from graph.events.segment import CALLS, parse_segment

NOON, _ = parse_instant("2026-05-01T12:00:00Z")

BROWSER: dict[str, Any] = {  # analytics.js
    "timestamp": "2026-05-01T11:59:58.120Z",
    "integrations": {},
    "userId": None,
    "anonymousId": "e9c1b3d2-77aa-4a4f-9a0e-2f3d1b8d8c11",
    "event": "Product Viewed",
    "type": "track",
    "properties": {"product_id": "507f1f77", "name": "Milk", "price": 1.35, "position": 3, "url": None},
    "context": {
        "page": {"path": "/products/milk", "referrer": "", "search": "", "title": "Milk", "url": "https://shop/x"},
        "userAgent": "Mozilla/5.0 (X11; Linux x86_64)",
        "userAgentData": {"brands": [{"brand": "Chromium", "version": "124"}], "mobile": False},
        "locale": "nl-NL",
        "library": {"name": "analytics.js", "version": "next-1.70.0"},
        "timezone": "Europe/Amsterdam",
    },
    "messageId": "ajs-next-1714564798120-2f3d1b8d",
    "writeKey": "k",
    "sentAt": "2026-05-01T11:59:58.320Z",
    "_metadata": {"bundled": ["Segment.io"]},
}

SERVER: dict[str, Any] = {  # analytics-python
    "batch": [
        {
            "integrations": {},
            "timestamp": "2026-05-01T11:59:00+00:00",
            "messageId": "m1",
            "context": {"library": {"name": "analytics-python", "version": "2.3.2"}},
            "userId": "42",
            "anonymousId": None,
            "type": "identify",
            "traits": {"email": "a@example.org", "age": 41, "address": {"city": "Delft"}, "tags": ["x"]},
        },
        {"timestamp": "2026-05-01T11:59:01+00:00", "messageId": "m2", "userId": "42", "type": "track", "event": "Sung"},
        {"timestamp": "2026-05-01T11:59:02+00:00", "messageId": "m3", "userId": "42", "type": "page", "name": "Home"},
    ],
    "sentAt": "2026-05-01T12:00:00Z",
}

PHONE: dict[str, Any] = {  # analytics-android
    "anonymousId": "d1",
    "channel": "mobile",
    "context": {
        "app": {"name": "Shop", "build": 7},
        "device": {"id": "d1", "manufacturer": "Acme", "type": "android"},
        "locale": "en-GB",
        "network": {"wifi": True},
        "screen": {"density": 2.75},
        "sessionId": 1777636700,
        "timezone": "Europe/London",
    },
    "messageId": "m9",
    "name": "Basket",
    "properties": {},
    "timestamp": "2026-05-01T11:59:58.120Z",
    "type": "screen",
}


def call(kind: str, message: Any) -> Parsed:
    return parse_segment(kind, json.dumps(message).encode(), received=NOON)


def only(parsed: Parsed) -> CustomerEvent:
    assert not parsed.refused
    (event,) = parsed.events
    assert isinstance(event, CustomerEvent)
    return event


def refusal(parsed: Parsed) -> Refusal:
    assert not parsed.events
    (refused,) = parsed.refused
    return refused


def test_what_a_browser_sends_is_a_view() -> None:
    assert only(call("track", BROWSER)) == Viewed(
        id=BROWSER["messageId"],
        source="segment",
        at=Instant(NOON - 200_000),  # .2 s before it was sent; the sender's clock is 1.68 s slow
        received=NOON,
        utc_offset=120,
        customer=CustomerId(f"anon:{BROWSER['anonymousId']}"),
        context=Context(locale="nl-NL", page="/products/milk", user_agent="Mozilla/5.0 (X11; Linux x86_64)"),
        product=ProductId("507f1f77"),
    )


def test_what_a_server_sends_is_a_batch_of_events() -> None:
    parsed = call("batch", SERVER)
    assert not parsed.refused
    traits, sung, home = parsed.events
    assert isinstance(traits, TraitsChanged) and isinstance(sung, AccountEvent) and isinstance(home, AccountEvent)
    assert traits.traits == {"email": "a@example.org", "age": 41, "address.city": "Delft"}
    assert (traits.customer, traits.id, traits.at) == ("user:42", "m1", NOON - 60_000_000)
    assert (sung.name, sung.attributes) == ("Sung", {})
    assert (home.name, home.attributes) == ("page", {"name": "Home"})


def test_what_a_phone_sends_is_a_screen() -> None:
    screen = only(call("screen", PHONE))
    assert isinstance(screen, AccountEvent) and screen.name == "screen" and screen.attributes == {"name": "Basket"}
    assert screen.context == Context(channel="mobile", device="android", locale="en-GB")
    assert (screen.session, screen.utc_offset, screen.customer) == ("1777636700", 60, "anon:d1")


@pytest.mark.parametrize("kind", ["page", "screen"])
def test_a_page_of_a_product_is_a_view(kind: str) -> None:
    page = only(call(kind, {"userId": "42", "name": "Product", "properties": {"product_id": "milk", "rank": 2}}))
    assert isinstance(page, Viewed) and (page.product, page.rank) == ("milk", 2)


def test_identify_with_both_ids_says_who_the_visitor_was() -> None:
    parsed = call("identify", {"messageId": "m1", "userId": "42", "anonymousId": "d1", "traits": {"age": 41}})
    traits, identified = parsed.events
    assert isinstance(traits, TraitsChanged) and isinstance(identified, Identified)
    assert (traits.id, traits.customer, traits.traits) == ("m1", "user:42", {"age": 41})
    assert (identified.id, identified.customer, identified.anonymous) == ("m1#identified", "user:42", "anon:d1")


def test_identify_of_a_visitor_is_traits_only() -> None:
    traits = only(call("identify", {"anonymousId": "d1", "traits": None}))
    assert isinstance(traits, TraitsChanged) and traits.customer == "anon:d1" and traits.traits == {}


def test_group_joins_a_household() -> None:
    grouped = only(call("group", {"userId": "42", "groupId": "h7", "traits": {"size": 4}}))
    assert isinstance(grouped, Grouped) and (grouped.group, grouped.traits) == ("h7", {"size": 4})


@pytest.mark.parametrize(
    ("ids", "previous"),
    [
        ({"previousId": "old"}, "user:old"),
        ({"previousId": "d1", "anonymousId": "d1"}, "anon:d1"),
        ({"previousId": "anon:d1"}, "anon:d1"),
    ],
)
def test_alias_joins_two_leaves(ids: dict[str, str], previous: str) -> None:
    aliased = only(call("alias", {"userId": "42", **ids}))
    assert isinstance(aliased, Aliased) and (aliased.customer, aliased.previous) == ("user:42", previous)


def test_a_message_without_id_has_the_same_one_each_time_it_is_sent() -> None:
    message = {"userId": "42", "event": "Sung", "timestamp": "2026-05-01T11:00:00Z"}
    first, again = only(call("track", message)), only(call("track", message))
    assert first.id == again.id != only(call("track", {**message, "event": "Danced"})).id


def test_the_same_words_later_are_another_event_where_they_have_neither_id_nor_time() -> None:
    body = b'{"userId": "42", "event": "Sung"}'
    first = parse_segment("track", body, received=NOON)
    later = parse_segment("track", body, received=parse_instant("2026-05-01T12:00:01Z")[0])
    assert only(first).id != only(later).id
    batch = call("batch", {"batch": [{"type": "track", "userId": "42", "event": "Sung"}] * 2})
    assert len({event.id for event in batch.events}) == 2


def test_context_says_where_and_whether_it_is_us() -> None:
    context = {"channel": "pos", "place": "store 7", "internal": True, "device": {"type": None}, "page": None}
    seen = only(call("track", {"userId": "42", "event": "Sung", "context": context}))
    assert seen.context == Context(channel="pos", place="store 7", internal=True)


def test_what_comes_late_is_history() -> None:
    late = only(call("track", {"userId": "42", "event": "Sung", "timestamp": "2026-04-29T12:00:00Z"}))
    assert late.history and late.at == NOON - 2 * DAY
    fresh = only(call("track", {"userId": "42", "event": "Sung", "timestamp": "2026-05-01T11:00:00Z"}))
    assert not fresh.history and fresh.at == NOON - HOUR


def test_a_bad_message_takes_no_other_with_it() -> None:
    good = {"type": "track", "userId": "42", "event": "Product Viewed", "properties": {"product_id": "milk"}}
    bad = {**good, "event": "Product Added", "properties": {"product_id": "milk", "quantity": "two"}}
    parsed = call("batch", {"batch": [good, bad, good, 7, {"userId": "42"}]})
    assert len(parsed.events) == 2
    quantity, number, typeless = parsed.refused
    assert (quantity.index, quantity.message) == (1, "batch[1].properties.quantity: got 'two', expected a number")
    assert quantity.customer == "user:42" and json.loads(quantity.raw) == bad
    assert (number.index, number.message) == (3, "batch[3]: got 7, expected an object")
    assert typeless.message == "batch[4].type: got None, expected one of track, identify, page, screen, group, alias"


TRACK: dict[str, Any] = {"userId": "42", "event": "Sung"}


@pytest.mark.parametrize(
    ("kind", "message", "told"),
    [
        ("track", {"event": "Sung"}, "userId: got None, expected a userId or an anonymousId"),
        ("track", {**TRACK, "userId": ""}, "userId: got '', expected a non-empty string"),
        ("track", {**TRACK, "userId": "  "}, "userId: got '  ', expected a non-empty string"),
        ("track", {**TRACK, "userId": 42}, "userId: got 42, expected a string"),
        ("track", {**TRACK, "userId": "x" * 257}, "expected a non-empty string of at most 256 characters"),
        ("track", {**TRACK, "userId": "a\x00b"}, "userId: got 'a\\x00b', expected a non-empty string"),
        ("track", {"event": "Sung", "anonymousId": ""}, "anonymousId: got '', expected a non-empty string"),
        ("track", {**TRACK, "messageId": ""}, "messageId: got '', expected a non-empty string"),
        ("track", {**TRACK, "messageId": 7}, "messageId: got 7, expected a string"),
        ("track", {"userId": "42"}, "event: got None, expected the event's name"),
        ("track", {**TRACK, "event": ""}, "event: got '', expected a string of at least 1 characters"),
        (
            "track",
            {**TRACK, "timestamp": "2026-05-01T11:00:00"},
            "timestamp: got '2026-05-01T11:00:00', expected an ISO",
        ),
        ("track", {**TRACK, "timestamp": 1777636800}, "timestamp: got 1777636800, expected a string"),
        ("track", {**TRACK, "timestamp": "2026-05-01T11:00Z", "sentAt": "now"}, "sentAt: got 'now', expected an ISO"),
        ("track", {**TRACK, "properties": 3}, "properties: got 3, expected an object"),
        ("track", {**TRACK, "properties": {"a": 2**60}}, "properties.a: got 1152921504606846976, expected a whole"),
        ("track", {**TRACK, "properties": {"a": "x" * 9000}}, "properties.a: got 'xxx"),
        ("track", {**TRACK, "context": []}, "context: got [], expected an object"),
        ("track", {**TRACK, "context": {"locale": 3}}, "context.locale: got 3, expected a string"),
        ("track", {**TRACK, "context": {"page": {"path": 3}}}, "context.page.path: got 3, expected a string"),
        ("track", {**TRACK, "context": {"internal": "yes"}}, "context.internal: got 'yes', expected true or false"),
        ("identify", {"userId": "42", "traits": [1]}, "traits: got [1], expected an object of names and values"),
        ("group", {"userId": "42"}, "groupId: got None, expected the group's id"),
        ("group", {"userId": "42", "groupId": 7}, "groupId: got 7, expected a string"),
        ("alias", {"userId": "42"}, "previousId: got None, expected a non-empty string"),
        ("alias", {"previousId": "42", "anonymousId": "d1"}, "userId: got None, expected the id the customer has"),
        ("page", {"userId": "42", "properties": {"product_id": 7}}, "properties.product_id: got 7, expected a string"),
        ("page", {"userId": "42", "properties": []}, "properties: got [], expected an object"),
    ],
)
def test_a_refusal_names_field_value_and_expectation(kind: str, message: dict[str, Any], told: str) -> None:
    assert told in refusal(call(kind, message)).message


@pytest.mark.parametrize("kind", CALLS)
@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"nope", b"[]", b"3", b"null", b'"x"', b'{"a": NaN}', b'{"a": ' + b"[" * 200_000],
    ids=lambda body: repr(body[:12]),
)
def test_a_body_that_is_no_json_object_is_refused_whole(kind: str, body: bytes) -> None:
    with pytest.raises(InvalidValue) as refused:
        parse_segment(kind, body, received=NOON)
    assert refused.value.field == "body"


def test_a_message_that_is_no_utf_8_is_refused() -> None:
    with pytest.raises(InvalidValue, match=r"body: got .*, expected valid JSON in UTF-8"):
        parse_segment("track", b'{"userId": "\xff"}', received=NOON)
    parsed = parse_segment("batch", b'{"batch": [{"userId": "\xff"}]}', received=NOON)
    assert refusal(parsed).field == "batch[0]"


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_what_is_no_number_in_json_is_refused(number: str) -> None:
    properties = f'{{"product_id": "p", "quantity": {number}}}'
    body = f'{{"userId": "42", "event": "Product Added", "properties": {properties}}}'
    with pytest.raises(InvalidValue, match=r"body: got .*, expected valid JSON"):
        parse_segment("track", body.encode(), received=NOON)


def test_a_number_out_of_range_is_refused() -> None:
    body = b'{"userId": "42", "event": "Product Added", "properties": {"product_id": "p", "quantity": 1e999}}'
    assert refusal(parse_segment("track", body, received=NOON)).field == "properties"


@pytest.mark.parametrize("body", [{}, {"batch": None}, {"sentAt": "2026-05-01T12:00:00Z"}])
def test_a_batch_without_messages_says_so(body: dict[str, Any]) -> None:
    with pytest.raises(InvalidValue, match="batch: got None, expected a list of messages"):
        call("batch", body)


def test_an_empty_batch_is_no_events() -> None:
    assert call("batch", {"batch": []}) == Parsed()


def test_a_call_nobody_knows_says_so() -> None:
    with pytest.raises(InvalidValue, match="call: got 'sing', expected one of track"):
        call("sing", TRACK)


def test_deep_objects_are_refused_and_not_followed() -> None:
    text = b'{"a":' * 300 + b"1" + b"}" * 300
    refused = refusal(
        parse_segment("track", b'{"userId": "42", "event": "Sung", "properties": %s}' % text, received=NOON)
    )
    assert refused.field == "properties.a.a.a.a" and "no object more than 4 levels deep" in refused.expected


def test_long_and_foreign_texts_are_kept() -> None:
    text = "🥛ﷺ" * 2500
    sung = only(call("track", {"userId": "клиент-42", "event": "Sång", "properties": {"words": text}}))
    assert isinstance(sung, AccountEvent)
    assert (sung.customer, sung.name, sung.attributes["words"]) == ("user:клиент-42", "Sång", text)


def test_a_refused_message_is_kept_whole_with_what_reading_it_again_takes() -> None:
    message = {"type": "track", "userId": "42", "event": "Product Viewed", "properties": {"x": "🥛" * 4_000}}
    refused = refusal(call("batch", {"batch": [message], "sentAt": "2026-05-01T11:59:00Z"}))
    assert json.loads(refused.raw) == message
    assert (refused.customer, refused.form) == ("user:42", AsSegment("", "2026-05-01T11:59:00Z"))
    assert refusal(call("track", message)).form == AsSegment("track")


def test_what_is_kept_of_a_longer_one_is_cut() -> None:
    message = {"userId": "42", "event": "Product Viewed", "properties": {"x": "🥛" * MAX_RAW}}
    refused = refusal(call("track", message))
    assert (len(refused.raw), refused.customer, refused.form) == (MAX_CUT, "user:42", None)


@pytest.mark.parametrize(
    ("who", "customer"),
    [({"userId": 42}, "user:42"), ({"anonymousId": 7}, "anon:7"), ({"userId": True}, ""), ({"userId": "x" * 300}, "")],
)
def test_an_erasure_finds_a_refused_message_whose_id_is_a_number(who: dict[str, Any], customer: str) -> None:
    assert refusal(call("track", {"event": "Product Viewed"} | who)).customer == customer


def test_an_empty_id_beside_the_other_is_no_id() -> None:
    visitor = only(call("track", {**TRACK, "userId": "", "anonymousId": "9f"}))
    assert visitor.subject == "anon:9f"
    assert [type(event) for event in call("identify", {"userId": "42", "anonymousId": ""}).events] == [TraitsChanged]


def test_a_time_that_was_set_right_already_stays() -> None:
    times = {"originalTimestamp": "2026-05-01T10:00:00Z", "sentAt": "2026-05-01T10:30:00Z"}
    assert only(call("track", TRACK | times)).at == NOON - 30 * MINUTE
    assert only(call("track", TRACK | times | {"timestamp": "2026-05-01T11:50:00Z"})).at == NOON - 10 * MINUTE


def test_wrong_clocks_are_counted() -> None:
    message = {"type": "track", **TRACK, "timestamp": "2026-05-01T11:00:00Z"}
    assert call("batch", {"batch": [message] * 3, "sentAt": "2026-05-01T11:30:00Z"}).corrected == 3
    assert call("batch", {"batch": [message] * 3, "sentAt": "2026-05-01T11:59:58Z"}).corrected == 0


def test_a_bot_is_internal_traffic() -> None:
    bot = {"userAgent": "Mozilla/5.0 (compatible; Googlebot/2.1)"}
    assert only(call("track", {**TRACK, "context": bot})).context.internal


def test_traits_in_the_context_of_an_identify_are_traits() -> None:
    context = {"traits": {"city": "Delft", "age": 40}}
    said = only(call("identify", {"userId": "42", "context": context, "traits": {"age": 41}}))
    assert isinstance(said, TraitsChanged) and said.traits == {"city": "Delft", "age": 41}
    assert isinstance(only(call("track", TRACK | {"context": context})), AccountEvent)
    wrong = refusal(call("identify", {"userId": "42", "context": {"traits": [1]}}))
    assert wrong.message == "context.traits: got [1], expected an object of names and values"
