"""A topic's records become what the same messages become over HTTP, and none of them stops the reading."""

import json
from typing import Any

import pytest

from graph import InvalidValue, parse_instant
from graph.events import parse_cloudevents, parse_segment
from graph.events.refusal import Parsed
from graph.sources.topics import parse_record, topic_format

NOON, _ = parse_instant("2026-05-01T12:00:00Z")
SEEN: dict[str, Any] = {"type": "track", "messageId": "m1", "userId": "42", "event": "Product Viewed"}
SEEN |= {"properties": {"product_id": "milk"}}
EVENT: dict[str, Any] = {"specversion": "1.0", "id": "e1", "source": "/till", "type": "com.patron.Viewed"}
DATA = {"customer_id": "42", "product_id": "milk"}
STRUCTURED = "application/cloudevents+json; charset=utf-8"


def record(form: str, value: Any, **headers: str) -> Parsed:
    named = {name.replace("content_type", "content-type"): text for name, text in headers.items()}
    text = value if isinstance(value, bytes) else json.dumps(value).encode()
    return parse_record(topic_format(form), text, named, NOON)


def test_a_segment_record_is_the_same_event_as_the_call() -> None:
    assert record("segment", SEEN) == parse_segment("track", json.dumps(SEEN).encode(), received=NOON)
    both = {"batch": [SEEN, SEEN | {"messageId": "m2"}], "sentAt": "2026-05-01T11:59:00Z"}
    assert record("segment", both) == parse_segment("batch", json.dumps(both).encode(), received=NOON)


def test_a_cloudevent_record_is_the_same_event_in_each_mode() -> None:
    body = json.dumps(EVENT | {"data": DATA}).encode()
    posted = parse_cloudevents(STRUCTURED, {}, body, received=NOON)
    assert posted.events
    assert record("cloudevents", body) == posted
    assert record("cloudevents", body, content_type=STRUCTURED) == posted
    binary = {f"ce_{name}": text for name, text in EVENT.items()}
    assert record("cloudevents", DATA, **binary) == posted
    assert record("cloudevents", DATA, **binary, content_type="application/json") == posted


@pytest.mark.parametrize("form", ["segment", "cloudevents"])
@pytest.mark.parametrize("value", [b"", b"\xff", b"{", b"[]", b"7", b'{"batch": 7}', b"[" * 100_000, b"{}"])
def test_a_record_that_is_no_message_is_a_refusal(form: str, value: bytes) -> None:
    parsed = record(form, value)
    assert not parsed.events and len(parsed.refused) == 1


def test_a_format_nobody_knows_is_refused_by_name() -> None:
    with pytest.raises(InvalidValue, match="format: got 'avro', expected one of segment, cloudevents"):
        topic_format("avro")
