"""The formats a topic's records may have: each read by the function that reads the same message sent over HTTP."""

from collections.abc import Callable, Mapping

from msgspec import Raw, Struct
from msgspec.json import Decoder

from graph.errors import InvalidValue
from graph.events.cloudevents import STRUCTURED, parse_cloudevents
from graph.events.json_text import read
from graph.events.refusal import AsSegment, Parsed, Refusal
from graph.events.segment import parse_segment, reread_segment
from graph.instants import Instant

__all__ = ["TOPIC_FORMATS", "TopicFormat", "parse_record", "topic_format"]

TopicFormat = Callable[[bytes, Mapping[str, str], Instant], Parsed]
"""A record's value, its headers and when it was received, to what it holds. InvalidValue where it cannot be read."""


class _Shape(Struct):
    batch: Raw = Raw()  # empty where there is none


_SHAPE = Decoder(_Shape)


def _segment(value: bytes, headers: Mapping[str, str], received: Instant) -> Parsed:
    """One Segment message that says its ``type``, or a body of ``POST /v1/batch``."""
    if bytes(read(_SHAPE, value).batch):
        return parse_segment("batch", value, received=received)
    return reread_segment(value, AsSegment(), received=received)


def _cloudevents(value: bytes, headers: Mapping[str, str], received: Instant) -> Parsed:
    """A CloudEvent by the Kafka binding: binary (``ce_…`` headers) or structured, which needs no header."""
    said = {name.lower().replace("ce_", "ce-", 1): text for name, text in headers.items()}
    default = "application/json" if "ce-specversion" in said else STRUCTURED
    return parse_cloudevents(said.get("content-type", default), said, value, received=received)


TOPIC_FORMATS: Mapping[str, TopicFormat] = {"segment": _segment, "cloudevents": _cloudevents}
"""By the name a topic's settings give."""


def topic_format(name: str) -> TopicFormat:
    """The format of this name; InvalidValue where there is none."""
    found = TOPIC_FORMATS.get(name)
    if found is None:
        raise InvalidValue("format", name, f"one of {', '.join(TOPIC_FORMATS)}")
    return found


def parse_record(form: TopicFormat, value: bytes, headers: Mapping[str, str], received: Instant) -> Parsed:
    """What a record holds; one that cannot be read at all is a refusal, so that whoever reads the topic goes on."""
    try:
        return form(value, headers, received)
    except InvalidValue as error:
        return Parsed(refused=(Refusal.of(error, raw=value),))
