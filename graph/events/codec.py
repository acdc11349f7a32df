"""How an event is stored: msgpack, with the number of the schema it was written under."""

from collections.abc import Callable, Mapping
from typing import Any, Union

from msgspec import DecodeError, convert
from msgspec.msgpack import Decoder, Encoder
from msgspec.msgpack import decode as decode_plain

from graph.errors import InvalidValue, SchemaTooNew
from graph.events.family import EVENT_TYPES, SCHEMA, Event

__all__ = ["SCHEMA", "UPCASTERS", "Upcaster", "decode", "encode"]

Upcaster = Callable[[dict[str, Any]], dict[str, Any]]
"""A row of one schema, as plain values, in the shape of the next schema."""


def _as_it_stands(row: dict[str, Any]) -> dict[str, Any]:
    """Schema 2 added `denied`, `Grouped.left` and `Linked`, schema 3 `ProductChanged.regions`.

    A row without them is one of the next schema as it stands, and is read without this being called.
    """
    return row


UPCASTERS: Mapping[int, Upcaster] = {1: _as_it_stands, 2: _as_it_stands}
"""By the schema they start from: the entry at n makes rows of schema n into rows of schema n + 1."""

_FAMILY: Any = Union[EVENT_TYPES]  # noqa: UP007 - the types are only known as a tuple
_encode = Encoder().encode
_decoder: Decoder[Event] = Decoder(_FAMILY)


def encode(event: Event) -> bytes:
    """An event as a row of the current `SCHEMA`."""
    return _encode(event)


def decode(schema: int, payload: bytes, upcasters: Mapping[int, Upcaster] = UPCASTERS) -> Event:
    """The event of a row written under `schema`.

    SchemaTooNew where the row is from a later Patron, InvalidValue where nobody can read it.
    """
    if schema > SCHEMA:
        raise SchemaTooNew("schema", schema, f"at most {SCHEMA}: the row was written by a newer version")
    if schema < SCHEMA and any(number not in upcasters for number in range(schema, SCHEMA)):
        known = ", ".join(str(number) for number in sorted({*upcasters, SCHEMA}))
        raise InvalidValue("schema", schema, f"a schema this version knows: {known}")
    try:
        if all(upcasters[number] is _as_it_stands for number in range(schema, SCHEMA)):
            return _decoder.decode(payload)
        row = decode_plain(payload)
        for number in range(schema, SCHEMA):
            row = upcasters[number](row)
        return convert(row, _FAMILY)  # type: ignore[no-any-return]
    except (DecodeError, UnicodeDecodeError, RecursionError) as error:  # a ValidationError is a DecodeError
        raise InvalidValue("payload", payload, f"an event of schema {schema} ({error})") from error
