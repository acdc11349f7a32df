"""One event as a record of the topic, and back."""

import zlib
from typing import NamedTuple

from confluent_kafka import Message

from graph.errors import InvalidValue, SchemaTooNew
from graph.events.codec import SCHEMA, decode
from graph.events.family import Event, ProductChanged
from graph.events.refusal import Refusal
from graph.log.file_log import encoded

__all__ = ["Call", "Read", "headers_of", "key_of", "partition_of", "read_record"]

_SCHEMA, _CALL = "schema", "call"


class Call(NamedTuple):
    """Which call of which server a record comes from, and its place in that call."""

    server: bytes
    number: int
    place: int


class Read(NamedTuple):
    """What a record holds: an event and the bytes it is stored as, or why it is none."""

    event: Event | None
    payload: bytes
    call: Call | None
    refusal: Refusal | None = None


def key_of(event: Event) -> str:
    """Whose records lie in one order: a customer's, or a product's."""
    return event.subject or (event.product if isinstance(event, ProductChanged) else event.id)


def partition_of(key: str, partitions: int) -> int:
    """The same partition for a key in every server."""
    return zlib.crc32(key.encode()) % partitions


def headers_of(call: Call) -> list[tuple[str, str | bytes | None]]:
    number, place = call.number.to_bytes(8, "big"), call.place.to_bytes(4, "big")
    return [(_SCHEMA, str(SCHEMA).encode()), (_CALL, call.server + number + place)]


def read_record(message: Message) -> Read:
    """What a record of the topic holds; one that is no event is refused and passed over.

    SchemaTooNew for an event of a later Patron, which must not be passed over.
    """
    payload = message.value() or b""
    headers = dict(message.headers() or ())
    call = _call_of(headers.get(_CALL))
    try:
        return Read(_event_of(headers.get(_SCHEMA), payload), payload, call)
    except SchemaTooNew:
        raise
    except InvalidValue as error:
        place = f"record {message.partition()}/{message.offset()}"
        return Read(None, payload, call, Refusal.of(error, raw=payload, where=place))


def _event_of(schema: bytes | str | None, payload: bytes) -> Event:
    if not isinstance(schema, bytes) or not schema.isdigit():
        raise InvalidValue("headers.schema", schema, "the number of an event's schema")
    event = decode(int(schema), payload)
    encoded([event])
    return event


def _call_of(header: bytes | str | None) -> Call | None:
    if not isinstance(header, bytes) or len(header) < 13:
        return None
    number, place = int.from_bytes(header[-12:-4], "big"), int.from_bytes(header[-4:], "big")
    return Call(header[:-12], number, place)
