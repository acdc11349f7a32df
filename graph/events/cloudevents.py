"""CloudEvents 1.0 (structured, batched and binary) whose data are the fields of our own events."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from msgspec import Raw, Struct
from msgspec.json import Decoder
from msgspec.structs import fields, replace

from graph.errors import InvalidValue
from graph.events.bots import is_bot
from graph.events.family import EVENT_TYPES, CustomerEvent, Erased, Event, Identified, Linked, OrderLine
from graph.events.json_text import converted, plain, read
from graph.events.limits import MAX_LINES, MAX_MESSAGES, at_most
from graph.events.moment import moment
from graph.events.order_lines import LineNames
from graph.events.refusal import AsCloudEvent, Parsed, Refusal
from graph.events.traits import choices, traits, wishes
from graph.ids import ANONYMOUS, anonymous, customer_id, event_id, product_id
from graph.instants import Instant, parse_instant

__all__ = ["BATCHED", "STRUCTURED", "TYPE_PREFIX", "parse_cloudevents", "reread_cloudevent"]

TYPE_PREFIX = "com.patron."
STRUCTURED = "application/cloudevents+json"
BATCHED = "application/cloudevents-batch+json"

_TYPES: dict[str, type[Event]] = {
    TYPE_PREFIX + kind.__name__: kind for kind in EVENT_TYPES if kind not in (Erased, Linked)
}
_ENVELOPE = {"id", "source", "at", "received", "utc_offset", "history"}  # said by the envelope, never by the data
_OURS = {"denied"}  # said by intake
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
                raw, where, form = bytes(text), f"[{index}]", AsCloudEvent()
                refused.append(Refusal.of(error, raw=raw, index=index, where=where, customer=_customer(raw), form=form))
        return Parsed(tuple(events), tuple(refused))
    said = {name.lower(): value for name, value in headers.items() if name[:3].lower() == "ce-"}
    if media != STRUCTURED and "ce-specversion" not in said:
        raise InvalidValue(
            "content-type", content_type, f"{STRUCTURED}, {BATCHED}, or the headers ce-specversion, ce-id, …"
        )
    form = AsCloudEvent() if media == STRUCTURED else AsCloudEvent({"content-type": media} | said)
    return reread_cloudevent(body, form, received=received)


def reread_cloudevent(text: bytes, form: AsCloudEvent, *, received: Instant, index: int = 0) -> Parsed:
    """The event of one message, as at the first time. InvalidValue with the field "body" where it is not JSON of the
    right shape."""
    try:
        return Parsed((_binary(form.headers, text, received) if form.headers else _structured(text, received),))
    except InvalidValue as error:
        if error.field == "body":
            raise
        customer = _customer(text, form.headers.get("ce-subject"))
        return Parsed(refused=(Refusal.of(error, raw=text, index=index, customer=customer, form=form),))


def _structured(text: bytes | Raw, received: Instant) -> Event:
    envelope = read(_STRUCTURED, text)
    if envelope.datacontenttype is not None:
        _require_json(envelope.datacontenttype.partition(";")[0].strip().lower(), "datacontenttype")
    data = plain(envelope.data, "data") if bytes(envelope.data) else None
    return _event(envelope, data, received)


def _binary(headers: Mapping[str, str], body: bytes, received: Instant) -> Event:
    if headers["content-type"]:  # the SDK for Python names none where the event does not
        _require_json(headers["content-type"], "content-type")

    def said(name: str) -> str | None:
        value = headers.get(f"ce-{name}")
        return None if value is None else unquote(value)

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
            "type", envelope.type, f"{TYPE_PREFIX} and one of {', '.join(t.__name__ for t in _TYPES.values())}"
        )
    if not isinstance(data, dict):
        raise InvalidValue("data", data, f"an object with the fields of {kind.__name__}")
    when = moment(envelope.time, received, field="time")
    row = _row(kind, data, envelope.subject)
    row |= {"type": kind.__name__, "id": name, "source": source, "at": when.at, "received": received}
    row |= {"utc_offset": when.utc_offset, "history": when.history}
    event = converted(row, kind, "data")
    if not event.context.internal and is_bot(event.context.user_agent):
        event = replace(event, context=replace(event.context, internal=True))
    return event


def _row(kind: type[Event], data: dict[str, Any], subject: str | None) -> dict[str, Any]:
    """The fields of an event of `kind` as they are kept, from the data as merchants write them."""
    row = {name: value for name, value in data.items() if value is not None}
    names = {field.name for field in fields(kind)} - _ENVELOPE - _OURS
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
    if kind is Identified and "anonymous" in row:
        row["anonymous"] = _visitor(row["anonymous"], "data.anonymous")
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


def _visitor(leaf: Any, field: str) -> str:
    """A leaf that a visitor has; InvalidValue for any other, which no request could name again."""
    if not isinstance(leaf, str) or not leaf.removeprefix(ANONYMOUS).strip() or not leaf.startswith(ANONYMOUS):
        raise InvalidValue(field, leaf, f"{ANONYMOUS} and the id of a visitor")
    return anonymous(leaf.removeprefix(ANONYMOUS), field)


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


def _customer(text: bytes, subject: str | None = None) -> str:
    """Whom a refused event is about, as far as it says, so that an erasure finds it."""
    try:
        body = plain(text)
        data = body.get("data", body) if isinstance(body, dict) else None
        if not isinstance(data, dict) or not isinstance(body, dict):
            return "" if subject is None else customer_id(unquote(subject))
        return _leaf(Event, _ids_as_texts(data), (subject and unquote(subject)) or body.get("subject"))
    except InvalidValue:
        return ""


def _ids_as_texts(data: dict[str, Any]) -> dict[str, Any]:
    """The ids of a customer; a number is a fault, but says who it is."""
    said = {name: data.get(name) for name in ("customer_id", "anonymous_id")}
    return {name: str(value) if type(value) is int else value for name, value in said.items()}
