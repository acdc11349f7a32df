"""CloudEvents 1.0 (structured, batched and binary) whose data are the fields of our own events."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from msgspec import Raw, Struct
from msgspec.json import Decoder
from msgspec.structs import fields

from graph.errors import InvalidValue
from graph.events.family import EVENT_TYPES, CustomerEvent, Erased, Event, Identified, OrderLine
from graph.events.json_text import converted, plain, read
from graph.events.limits import MAX_LINES, MAX_MESSAGES, at_most
from graph.events.moment import moment
from graph.events.order_lines import LineNames
from graph.events.refusal import Parsed, Refusal
from graph.events.traits import choices, traits, wishes
from graph.ids import anonymous, customer_id, event_id, product_id
from graph.instants import Instant, parse_instant

__all__ = ["TYPE_PREFIX", "parse_cloudevents"]

TYPE_PREFIX = "com.patron."
STRUCTURED = "application/cloudevents+json"
BATCHED = "application/cloudevents-batch+json"

_TYPES: dict[str, type[Event]] = {TYPE_PREFIX + kind.__name__: kind for kind in EVENT_TYPES if kind is not Erased}
_ENVELOPE = {"id", "source", "at", "received", "utc_offset", "history"}  # said by the envelope, never by the data
_LINE_FIELDS = {field.name for field in fields(OrderLine)}
_NAMED = {"traits": traits, "attributes": traits, "preferences": wishes, "consents": choices}


class Envelope(Struct):
    specversion: str | None = None
    id: str | None = None
    source: str | None = None
    type: str | None = None
    subject: str | None = None
    time: str | None = None
    datacontenttype: str | None = None
    data: Raw = Raw()  # empty where there are none


_STRUCTURED = Decoder(Envelope)
_BATCHED: Decoder[list[Raw]] = Decoder(list[Raw])


def parse_cloudevents(content_type: str, headers: Mapping[str, str], body: bytes, *, received: Instant) -> Parsed:
    """The events of one request to ``POST /v1/events``; `headers` may be in any case.

    An event that cannot be accepted is a refusal and takes no other with it. InvalidValue with the field "body" where
    the whole is not JSON of the right shape, "content-type" where it is no CloudEvent at all.
    """
    media = content_type.partition(";")[0].strip().lower()
    if media == BATCHED:
        events: list[Event] = []
        refused: list[Refusal] = []
        texts: list[Raw] = read(_BATCHED, body)
        at_most(MAX_MESSAGES, texts, "body", "events")
        for index, text in enumerate(texts):
            try:
                events.append(_structured(text, received))
            except InvalidValue as error:
                raw = bytes(text)
                where = f"[{index}]"
                refused.append(Refusal.of(error, raw=raw, index=index, where=where, customer=_customer(raw)))
        return Parsed(tuple(events), tuple(refused))
    attributes = {name.lower()[3:]: unquote(value) for name, value in headers.items() if name[:3].lower() == "ce-"}
    try:
        if media == STRUCTURED:
            return Parsed((_structured(body, received),))
        if "specversion" in attributes:
            return Parsed((_binary(media, attributes, body, received),))
    except InvalidValue as error:
        if error.field == "body":
            raise
        return Parsed(refused=(Refusal.of(error, raw=body, customer=_customer(body)),))
    raise InvalidValue(
        "content-type", content_type, f"{STRUCTURED}, {BATCHED}, or the headers ce-specversion, ce-id, …"
    )


def _structured(text: bytes | Raw, received: Instant) -> Event:
    envelope = read(_STRUCTURED, text)
    if envelope.datacontenttype is not None:
        _require_json(envelope.datacontenttype.partition(";")[0].strip().lower(), "datacontenttype")
    data = plain(envelope.data, "data") if bytes(envelope.data) else None
    return _event(envelope, data, received)


def _binary(media: str, attributes: Mapping[str, str], body: bytes, received: Instant) -> Event:
    _require_json(media, "content-type")
    said = attributes.get
    envelope = Envelope(said("specversion"), said("id"), said("source"), said("type"), said("subject"), said("time"))
    return _event(envelope, plain(body), received)


def _require_json(media: str, field: str) -> None:
    if media != "application/json" and not media.endswith("+json"):
        raise InvalidValue(field, media, "application/json: the data are an object of named values")


def _event(envelope: Envelope, data: Any, received: Instant) -> Event:
    if envelope.specversion != "1.0":
        raise InvalidValue("specversion", envelope.specversion, "'1.0'")
    name = event_id(envelope.id)
    source = event_id(envelope.source, "source")
    kind = _TYPES.get(envelope.type or "")
    if envelope.type == TYPE_PREFIX + Erased.__name__:
        raise InvalidValue("type", envelope.type, "an erasure to be asked for by DELETE /v1/customers/{id}")
    if kind is None:
        raise InvalidValue(
            "type", envelope.type, f"{TYPE_PREFIX} and one of {', '.join(t.__name__ for t in EVENT_TYPES)}"
        )
    if not isinstance(data, dict):
        raise InvalidValue("data", data, f"an object with the fields of {kind.__name__}")
    when = moment(envelope.time, received, field="time")
    row = _row(kind, data, envelope.subject)
    row |= {"type": kind.__name__, "id": name, "source": source, "at": when.at, "received": received}
    row |= {"utc_offset": when.utc_offset, "history": when.history}
    return converted(row, kind, "data")


def _row(kind: type[Event], data: dict[str, Any], subject: str | None) -> dict[str, Any]:
    """The fields of an event of `kind` as they are kept, from the data as merchants write them."""
    row = {name: value for name, value in data.items() if value is not None}
    names = {field.name for field in fields(kind)} - _ENVELOPE
    if issubclass(kind, CustomerEvent):
        row["customer"] = _leaf(kind, row, subject)
    if "previous" in names:
        row["previous"] = customer_id(row.pop("previous_id", row.get("previous")), "data.previous_id")
    if "product" in names:
        stated = "product" if "product" in row else "product_id"
        default = None if issubclass(kind, CustomerEvent) else subject
        row["product"] = product_id(row.pop(stated, default), f"data.{stated}")
    for listed in ("lines", "products"):
        if isinstance(row.get(listed), list):
            at_most(MAX_LINES, row[listed], f"data.{listed}", listed)
    if isinstance(row.get("products"), list):
        for index, product in enumerate(row["products"]):
            product_id(product, f"data.products[{index}]")
    if isinstance(row.get("lines"), list):
        row["lines"] = _lines(row["lines"])
    for moment_name in names & {"starts", "ends"} & row.keys():
        row[moment_name] = parse_instant(row[moment_name], f"data.{moment_name}")[0]
    for named in _NAMED.keys() & row.keys():
        row[named] = _NAMED[named](row[named], f"data.{named}")
    for name in row.keys() - names:
        raise InvalidValue(f"data.{name}", row[name], f"only fields of {kind.__name__}: {', '.join(sorted(names))}")
    return row


def _leaf(kind: type[Event], row: dict[str, Any], subject: str | None) -> str:
    known, visitor = row.pop("customer_id", None), row.pop("anonymous_id", None)
    if kind is Identified and visitor is not None:
        row["anonymous"] = anonymous(visitor, "data.anonymous_id")
        return customer_id(subject if known is None else known, "data.customer_id")
    if known is not None:
        return customer_id(known, "data.customer_id")
    if visitor is not None:
        return anonymous(visitor, "data.anonymous_id")
    if subject is not None:
        return customer_id(subject, "subject")
    raise InvalidValue("data.customer_id", None, "a customer_id or an anonymous_id, or the customer's id as subject")


def _lines(lines: list[Any]) -> list[Any]:
    names = LineNames()
    named = []
    for index, line in enumerate(lines):
        where = f"data.lines[{index}]"
        if not isinstance(line, dict):
            raise InvalidValue(where, line, "an object with product_id, quantity and value")
        stated = "product" if "product" in line else "product_id"
        rest = {name: value for name, value in line.items() if name not in (stated, "line") and value is not None}
        for name in rest.keys() - _LINE_FIELDS:
            raise InvalidValue(
                f"{where}.{name}", rest[name], f"only fields of a line: {', '.join(sorted(_LINE_FIELDS))}"
            )
        product = product_id(line.get(stated), f"{where}.{stated}")
        label = line.get("line")
        if label is not None:
            event_id(label, f"{where}.line")
        named.append({**rest, "product": product, "line": names.name(product, label, f"{where}.line")})
    return named


def _customer(text: bytes) -> str:
    """Whom a refused event is about, as far as it says, so that an erasure finds it."""
    try:
        body = plain(text)
        data = body.get("data", body) if isinstance(body, dict) else None
        if not isinstance(data, dict) or not isinstance(body, dict):
            return ""
        return _leaf(Event, dict(data), body.get("subject"))
    except InvalidValue:
        return ""
