"""No body, however strange, is answered by anything but events and refusals, and every event can be stored."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph import InvalidValue, parse_instant
from graph.events.catalogue_bodies import parse_customers, parse_products
from graph.events.cloudevents import BATCHED, STRUCTURED, parse_cloudevents
from graph.events.codec import SCHEMA, decode, encode
from graph.events.family import EVENT_TYPES
from graph.events.refusal import Parsed
from graph.events.segment import CALLS, parse_segment
from graph.events.segment.tracks import TRACKS

NOON, _ = parse_instant("2026-05-01T12:00:00Z")
Parse = Callable[[bytes], Parsed]


def _events(content_type: str, body: bytes) -> Parsed:
    return parse_cloudevents(content_type, {"ce-specversion": "1.0", "ce-id": "%ff"}, body, received=NOON)


PARSERS: dict[str, Parse] = {
    **{kind: partial(parse_segment, kind, received=NOON) for kind in CALLS},
    "structured": partial(_events, STRUCTURED),
    "batched": partial(_events, BATCHED),
    "binary": partial(_events, "application/json"),
    "products": partial(parse_products, received=NOON),
    "customers": partial(parse_customers, received=NOON),
}

_LEAF = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(-3, 3),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=12),
    st.sampled_from(["42", "x" * 256, "x" * 257, "\x00", "USD", "2026-05-01T12:00:00+02:00", "2026-05-01", "1.0"]),
)
_ANY = st.recursive(
    _LEAF,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def _object(names: list[str], inner: st.SearchStrategy[Any] = _ANY) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional={name: inner for name in names})


_LINE = _object(["product_id", "product", "line", "line_id", "quantity", "price", "value", "discount"])
_PROPERTIES = st.fixed_dictionaries(
    {},
    optional={
        **{
            name: _ANY
            for name in (
                "rank",
                "recommendation_id",
                "quantity",
                "rating",
                "query",
                "order_id",
                "currency",
                "coupon_id",
                "preferences",
                "consents",
                "traits",
                "seconds",
                "order",
                "customer_id",
                "anonymous_id",
                "starts",
            )
        },
        "product_id": st.sampled_from(["milk", "", "x" * 256, 3]),
        "products": st.lists(_LINE | _ANY, max_size=3),
        "lines": st.lists(_LINE | _ANY, max_size=3),
    },
)
_MESSAGE = st.fixed_dictionaries(
    {"userId": st.sampled_from(["42", "anon:x", "user:", "x" * 256, "", 3, None])},
    optional={
        "type": st.sampled_from([*CALLS, *(f"com.patron.{kind.__name__}" for kind in EVENT_TYPES)]),
        "event": st.sampled_from([*TRACKS, "Sung"]) | _ANY,
        "properties": _PROPERTIES | _ANY,
        "data": _PROPERTIES | _ANY,
        "specversion": st.sampled_from(["1.0", "1.0", "0.3"]),
        "id": st.sampled_from(["e1", "e1", ""]),
        "source": st.sampled_from(["shop", "shop", ""]),
        "subject": st.sampled_from(["42", ""]),
        "messageId": st.sampled_from(["m", "x" * 256, "x" * 257, ""]),
        "context": _object(["device", "page", "timezone", "sessionId", "locale", "internal"]),
        **{name: _ANY for name in ("traits", "timestamp", "sentAt", "time", "groupId", "previousId", "anonymousId")},
    },
)
_BODY = st.one_of(
    _ANY,
    _MESSAGE,
    st.lists(_MESSAGE, max_size=3),
    st.fixed_dictionaries({"batch": st.lists(_MESSAGE | _ANY, max_size=3)}, optional={"sentAt": _ANY}),
    st.fixed_dictionaries({"products": st.lists(_object(["product_id", "price", "name", "attributes"]), max_size=3)}),
    st.fixed_dictionaries({"customers": st.lists(_object(["customer_id", "traits"]), max_size=3)}),
)


def _checked(parse: Parse, body: bytes) -> None:
    try:
        parsed = parse(body)
    except InvalidValue:
        return
    for event in parsed.events:
        assert decode(SCHEMA, encode(event)) == event
    for refusal in parsed.refused:
        assert refusal.field and refusal.expected


@pytest.mark.parametrize("name", PARSERS)
@settings(max_examples=20)
@given(body=_BODY)
def test_any_json_gives_events_and_refusals(name: str, body: Any) -> None:
    _checked(PARSERS[name], json.dumps(body).encode())


@pytest.mark.parametrize("name", PARSERS)
@settings(max_examples=20)
@given(body=st.binary(max_size=60))
def test_any_bytes_give_events_and_refusals(name: str, body: bytes) -> None:
    _checked(PARSERS[name], body)


@pytest.mark.parametrize("name", PARSERS)
@pytest.mark.parametrize("depth", [3, 100, 500, 900, 990, 100_000])
def test_no_depth_is_too_much(name: str, depth: int) -> None:
    deep = b'{"a":' * depth + b"1" + b"}" * depth
    for body in (
        deep,
        b'{"userId":"42","event":"Sung","traits":%s}' % deep,
        b'{"userId":%s}' % deep,
        b'{"userId":"42","event":"Product Viewed","properties":{"product_id":%s}}' % deep,
        b'{"batch":[{"type":"track","userId":"42","event":"Preference Changed","properties":{"preferences":{"a":%s}}}]}'
        % deep,
        b'{"products":[{"product_id":"p","attributes":%s}]}' % deep,
        b'[{"specversion":"1.0","id":"1","source":"s","type":"com.patron.AccountEvent","subject":"4","data":%s}]'
        % deep,
    ):
        _checked(PARSERS[name], body)
