"""Real payloads, and the ways they come spoilt: what a library, a proxy, or somebody who tries his luck may send."""

import gzip
import json
from copy import deepcopy
from typing import Any, NamedTuple

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

__all__ = ["Call", "calls"]

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

STRUCTURED, BATCHED = "application/cloudevents+json", "application/cloudevents-batch+json"
PAYLOADS: list[tuple[str, str, str, Any]] = [
    *(("POST", f"/v1/{call}", "application/json", TRACK) for call in ("track", "page", "screen")),
    ("POST", "/v1/identify", "application/json", IDENTIFY),
    ("POST", "/v1/group", "application/json", IDENTIFY | {"groupId": "household-7"}),
    ("POST", "/v1/alias", "application/json", {"userId": "42", "previousId": "41"}),
    ("POST", "/v1/batch", "application/json", {"batch": [TRACK, IDENTIFY, TRACK], "sentAt": "2026-05-01T12:00:00Z"}),
    ("POST", "/v1/events", STRUCTURED, EVENT),
    ("POST", "/v1/events", BATCHED, [EVENT, EVENT | {"id": "e2", "type": "com.patron.Viewed"}]),
    ("POST", "/v1/events", "application/json", EVENT["data"]),
    ("PUT", "/v1/products", "application/json", {"products": [PRODUCT, PRODUCT | {"product_id": "bread"}]}),
    ("PUT", "/v1/customers", "application/json", {"customers": [CUSTOMER, CUSTOMER]}),
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
    "application/json; charset=utf-16",
]


class Call(NamedTuple):
    """One request."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@st.composite
def calls(draw: DrawFn) -> Call:
    """A real payload, spoilt in up to three places, in its text, in its packing or in its headers, or in none."""
    method, path, media, payload = draw(st.sampled_from(PAYLOADS))
    value = deepcopy(payload)
    for _ in range(draw(st.integers(0, 3))):
        value = draw(_changed(value))
    text = json.dumps(value, ensure_ascii=draw(st.booleans())).encode("utf-8", "surrogatepass")
    for marker, literal in LITERALS.items():
        text = text.replace(marker, literal)
    text = draw(_retyped(text))
    headers = {"content-type": draw(st.sampled_from([media] * 6 + MEDIA))}
    if path == "/v1/events" and media == "application/json":
        headers |= {f"ce-{name}": said for name, said in EVENT.items() if isinstance(said, str)}
        if draw(st.booleans()):
            headers[draw(st.sampled_from(sorted(headers)))] = draw(st.sampled_from(["", "%", "%ff", "x" * 300, "2.0"]))
    packed = draw(st.sampled_from(["", "", "", "", "", "", "gzip", "gzip", "cut", "false", "br"]))
    if packed:
        headers["content-encoding"] = "br" if packed == "br" else "gzip"
        whole = text if packed in ("false", "br") else gzip.compress(text, 1)
        text = whole[: len(whole) // 2] if packed == "cut" else whole
    return Call(method, path, headers, text)


_odd = st.sampled_from(ODD).map(deepcopy)  # the next change may be within it


def _places(value: Any) -> list[tuple[Any, Any]]:
    """Every (holder, key) within a value."""
    if isinstance(value, dict):
        return [(value, key) for key in value] + [found for held in value.values() for found in _places(held)]
    if isinstance(value, list):
        return [(value, index) for index in range(len(value))] + [found for held in value for found in _places(held)]
    return []


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
        st.just(text.replace(b'"userId"', b'"userId": "7", "userId"').replace(b'"data"', b'"data": {}, "data"')),
        st.just(text.decode("utf-8", "replace").encode("utf-16")),
    )
