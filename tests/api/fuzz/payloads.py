"""Real payloads, and the ways they come spoilt: what a library, a proxy, or somebody who tries his luck may send."""

import gzip
import json
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any, NamedTuple

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from tests.graph.events.segment.test_ecommerce_spec import SPEC

__all__ = ["LEAVES", "MAX_BYTES", "PAYLOADS", "Call", "calls", "mistyped", "plain_call"]

MAX_BYTES = 64 * 2**10
"""The largest body the fuzzed server reads."""

LEAVES = (
    *("user:42", "user:41", "user:7", "user:42-old", "user:9"),
    *("anon:42-device", "anon:e9c1b3d2-77aa-4a4f-9a0e-2f3d1b8d8c11", "anon:9"),
)
"""Whom the payloads are about."""

TRACK: dict[str, Any] = {
    "type": "track",
    "messageId": "node-next-1714564798120-2f3d1b8d",
    "userId": "42",
    "anonymousId": "e9c1b3d2-77aa-4a4f-9a0e-2f3d1b8d8c11",
    "event": "Order Completed",
    "timestamp": "2026-05-01T11:59:58.120Z",
    "sentAt": "2026-05-01T11:59:58.320+02:00",
    "context": {
        "page": {"path": "/checkout", "url": "https://shop.example/checkout"},
        "userAgent": "Mozilla/5.0 (X11; Linux x86_64)",
        "device": {"type": "phone"},
        "sessionId": 1714564798,
        "timezone": "Europe/Amsterdam",
        "traits": {"plan": "gold"},
    },
    "properties": {
        "order_id": "50314b8e",
        "currency": "EUR",
        "recommendation_id": "r1",
        "rank": 2,
        "products": [{"product_id": "milk", "price": 1.35, "quantity": 2, "discount": "0.10"}, {"product_id": "bread"}],
    },
}
IDENTIFY = {"type": "identify", "userId": "42", "traits": {"age": 41, "address": {"city": "Delft"}, "tags": ["x"]}}
EVENT: dict[str, Any] = {
    "specversion": "1.0",
    "id": "e1",
    "source": "/till/7",
    "type": "com.patron.Purchased",
    "subject": "42",
    "time": "2026-05-01T13:59:00+02:00",
    "data": {"order": "o1", "currency": "EUR", "lines": [{"product_id": "milk", "value": 435, "discounts": {"x": 5}}]},
}
PRODUCT = {
    "product_id": "milk",
    "name": "Milk",
    "price": {"amount": 1.35, "currency": "EUR"},
    "attributes": {"fat": 3.5},
}
CUSTOMER = {"customer_id": "42", "traits": {"age": 41, "address": {"city": "Delft"}}}

WISHES: list[dict[str, Any]] = [
    {"type": "track", "userId": "9", "anonymousId": "9", "messageId": "c1", "event": "Consent Changed"}
    | {"properties": {"consents": {"analytics": False, "marketing": True}}},
    {"type": "track", "userId": "42", "messageId": "w1", "event": "Preference Changed"}
    | {"properties": {"preferences": {"disliked_brands": ["Acme"], "size": "XL"}}},
    {
        "type": "track",
        "userId": "9",
        "messageId": "v1",
        "event": "Product Viewed",
        "properties": {"product_id": "milk"},
    },
]
DATA: dict[str, dict[str, Any]] = {
    "Searched": {"query": "milk", "session": "s1"},
    "Impression": {"products": ["milk", "bread"], "placement": "homepage", "caused_by": "r1", "rank": 1},
    "Rated": {"product_id": "milk", "rating": 4.5},
    "Returned": {"product_id": "milk", "quantity": 1, "value": 135, "currency": "EUR", "order": "o1"},
    "Redeemed": {"coupon": "summer/10"},
    "ConsentChanged": {"consents": {"marketing": False}},
    "ProductChanged": {"product": "milk", "name": "Milk", "price": 135, "currency": "EUR", "attributes": {"fat": 3.5}},
    "CampaignChanged": {"campaign": "summer", "starts": "2026-05-01T00:00:00Z", "coupons": [{"id": "summer/10"}]},
    "Unmerged": {"previous_id": "41"},
    "OutcomeReported": {"outcome": "accepted", "value": -100, "currency": "EUR", "caused_by": "d1"},
}

STRUCTURED, BATCHED = "application/cloudevents+json", "application/cloudevents-batch+json"
RECORDED = json.loads((Path(__file__).parent / "recorded.json").read_text())
BINARY = {f"ce-{name}": said for name, said in EVENT.items() if isinstance(said, str)}


class Payload(NamedTuple):
    """A request as it should be."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any


def _json(method: str, path: str, body: Any, media: str = "application/json", **headers: str) -> Payload:
    return Payload(method, path, {"content-type": media} | headers, body)


PAYLOADS: list[Payload] = [
    *(Payload("POST", sent["path"], sent["headers"], sent["body"]) for sent in RECORDED),
    *(_json("POST", f"/v1/{call}", TRACK) for call in ("track", "page", "screen")),
    _json("POST", "/v1/identify", IDENTIFY),
    _json("POST", "/v1/group", IDENTIFY | {"groupId": "household-7"}),
    _json("POST", "/v1/alias", {"userId": "42", "previousId": "41"}),
    _json("POST", "/v1/batch", {"batch": [TRACK, IDENTIFY, TRACK], "sentAt": "2026-05-01T12:00:00Z"}),
    _json("POST", "/v1/batch", {"batch": WISHES}),
    *(
        _json("POST", "/v1/track", TRACK | {"messageId": f"m{at}", "event": name, "properties": properties})
        for at, (name, (properties, _)) in enumerate(SPEC.items())
    ),
    _json("POST", "/v1/events", EVENT, STRUCTURED),
    _json(
        "POST",
        "/v1/events",
        [EVENT, EVENT | {"id": "e2", "type": "com.patron.Viewed", "data": {"product_id": "milk"}}],
        BATCHED,
    ),
    *(
        _json("POST", "/v1/events", EVENT | {"id": kind, "type": f"com.patron.{kind}", "data": data}, STRUCTURED)
        for kind, data in DATA.items()
    ),
    _json("POST", "/v1/events", EVENT["data"], **BINARY),
    _json("PUT", "/v1/products", {"products": [PRODUCT, PRODUCT | {"product_id": "bread"}]}),
    _json("PUT", "/v1/customers", {"customers": [CUSTOMER, CUSTOMER]}),
]

DEEP = "@deep@"
ODD: list[Any] = [
    None,
    True,
    0,
    -1,
    2**53 + 1,
    -(2**63),
    10**400,
    1e308,
    -0.0,
    "",
    " ",
    "\x00",
    "🥛",
    "x" * 9_000,
    "null",
    "nan",
    "1e999",
    "0001-01-01T00:00:00Z",
    "2026-13-45T99:99:99Z",
    "9999-12-31T23:59:59+14:00",
    [],
    {},
    [[]],
    [None],
    {"": 1},
    {"a": {"a": {"a": {"a": {"a": 1}}}}},
    {f"n{number}": number for number in range(201)},
    "user:",
    "anon:",
    "anon:anon:x",
    "%ff",
    "2026-05-01T12:00:00+23:59",
    "2300-01-01T00:00:00Z",
    {"product_id": ["milk"]},
    DEEP,
    "@nan@",
    "@infinity@",
    "@exponent@",
    "@surrogate@",
    "@invalid@",
]
LITERALS = {
    f'"{DEEP}"'.encode(): b"[" * 5_000,
    b'"@nan@"': b"NaN",
    b'"@infinity@"': b"-Infinity",
    b'"@exponent@"': b"1e999999",
    b'"@surrogate@"': b'"\\ud800"',
    b'"@invalid@"': b'"\xff\xfe"',
}
MEDIA = [
    "application/json",
    "text/plain",
    "application/xml",
    "",
    STRUCTURED,
    BATCHED,
    f"{STRUCTURED}; charset=utf-16",
    "application/json; charset=latin-1",
    "multipart/form-data",
    "application/x-ndjson",
    ";",
    "a" * 5_000,
]
PACKED = ["", "", "", "", "", "", "gzip", "gzip", "cut", "false", "br", "twice", "members", "tail", "bomb"]
WRONG: list[Any] = [None, True, 7, "x", [], {}]
"""A value of each of JSON's types."""


class Call(NamedTuple):
    """One request."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


def plain_call(payload: Payload) -> Call:
    """A payload as it should be sent."""
    return Call(payload.method, payload.path, payload.headers, json.dumps(payload.body).encode())


def mistyped(*, every: bool) -> Iterator[Call]:
    """The payloads with a value of another type at one of their places: of `every` payload and type, else of one type
    at each place that a route has, wherever in a list it is."""
    met: set[tuple[str, tuple[str, ...]]] = set()
    for payload in PAYLOADS:
        for at, where in enumerate(_paths(payload.body)):
            if not every and (payload.path, where) in met:
                continue
            met.add((payload.path, where))
            for kind in WRONG if every else [WRONG[len(met) % len(WRONG)]]:
                body = deepcopy(payload.body)
                holder, key = _places(body)[at]
                holder[key] = deepcopy(kind)
                yield plain_call(payload._replace(body=body))


@st.composite
def calls(draw: DrawFn) -> Call:
    """A real payload, spoilt in up to three places, in its text, in its packing or in its headers, or in none."""
    method, path, headers, payload = draw(st.sampled_from(PAYLOADS))
    value = deepcopy(payload)
    for _ in range(draw(st.integers(0, 3))):
        value = draw(_changed(value))
    text = json.dumps(value, ensure_ascii=draw(st.booleans())).encode("utf-8", "surrogatepass")
    for marker, literal in LITERALS.items():
        text = text.replace(marker, literal)
    text = draw(_retyped(text))
    headers = dict(headers)
    if draw(st.integers(0, 5)) == 0:
        headers["content-type"] = draw(st.sampled_from(MEDIA))
    if draw(st.integers(0, 5)) == 0 and headers:
        headers[draw(st.sampled_from(sorted(headers)))] = draw(st.sampled_from(["", "%", "%ff", "x" * 300, "2.0"]))
    if draw(st.integers(0, 20)) == 0:
        headers["content-length"] = draw(st.sampled_from(["-1", "many", "0", "9" * 30, str(MAX_BYTES + 1)]))
    packed = draw(st.sampled_from(PACKED))
    if packed:
        headers["content-encoding"] = "br" if packed == "br" else "gzip"
        text = _packed(text, packed)
    return Call(method, path, headers, text)


def _packed(text: bytes, how: str) -> bytes:
    match how:
        case "cut":
            whole = gzip.compress(text, 1)
            return whole[: len(whole) // 2]
        case "twice":
            return gzip.compress(gzip.compress(text, 1), 1)
        case "members":
            return gzip.compress(text[:20], 1) + gzip.compress(text[20:], 1)
        case "tail":
            return gzip.compress(text, 1) + b"tail"
        case "bomb":
            return gzip.compress(text + b" " * MAX_BYTES, 9)
        case "gzip":
            return gzip.compress(text, 1)
        case _:
            return text


_odd = st.sampled_from(ODD).map(deepcopy)  # the next change may be within it


def _places(value: Any) -> list[tuple[Any, Any]]:
    """Every (holder, key) within a value."""
    if isinstance(value, dict):
        return [(value, key) for key in value] + [found for held in value.values() for found in _places(held)]
    if isinstance(value, list):
        return [(value, index) for index in range(len(value))] + [found for held in value for found in _places(held)]
    return []


def _paths(value: Any, where: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """The names that lead to each of `_places`, places in lists left out."""
    if isinstance(value, dict):
        named = [(name, held) for name, held in value.items()]
    elif isinstance(value, list):
        named = [("[]", held) for held in value]
    else:
        return []
    here = [(*where, name) for name, _ in named]
    return here + [found for name, held in named for found in _paths(held, (*where, name))]


@st.composite
def _changed(draw: DrawFn, value: Any) -> Any:
    """A value with one thing in it swapped, removed, doubled or put elsewhere."""
    places = _places(value)
    if not places:
        return draw(_odd)
    holder, key = draw(st.sampled_from(places))
    how = draw(st.sampled_from(["odd", "odd", "odd", "text", "gone", "wrapped", "other"]))
    if how == "gone":
        del holder[key]
    elif how == "wrapped":
        holder[key] = [holder[key]]
    elif how == "text":
        holder[key] = json.dumps(holder[key])
    elif how == "other":
        elsewhere, name = draw(st.sampled_from(places))
        holder[key] = deepcopy(elsewhere[name])
    else:
        holder[key] = draw(_odd)
    return value


def _retyped(text: bytes) -> SearchStrategy[bytes]:
    """A text as it is, most of the time; else cut, doubled, with a key twice, a byte changed, or a mark before it."""
    place = st.integers(0, max(len(text) - 1, 0))
    return st.one_of(
        st.just(text),
        st.just(text),
        st.just(text),
        place.map(lambda at: text[:at]),
        st.builds(lambda at, byte: text[:at] + bytes([byte]) + text[at + 1 :], place, st.integers(0, 255)),
        st.just(b"\xef\xbb\xbf" + text),
        st.just(text + text),
        st.just(text + b" " * MAX_BYTES),
        st.just(b""),
        st.just(text.replace(b'"messageId"', b'"messageId": 7, "messageId"')),
        st.just(text.replace(b'"userId"', b'"userId": "7", "userId"').replace(b'"data"', b'"data": {}, "data"')),
        st.just(text.decode("utf-8", "replace").encode("utf-16")),
    )
