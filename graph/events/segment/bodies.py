"""The bodies of ``POST /v1/{track identify page screen group alias batch}``."""

from collections.abc import Callable, Sequence

from msgspec import Raw, Struct
from msgspec.json import Decoder

from graph.errors import InvalidValue
from graph.events.derived_ids import suffixed
from graph.events.family import Aliased, Event, Grouped, Identified, TraitsChanged
from graph.events.json_text import plain, read
from graph.events.limits import MAX_MESSAGES, at_most
from graph.events.refusal import AsSegment, Parsed, Refusal
from graph.events.segment.messages import MESSAGE, Head, Hearing, Message, head_of, subject_of
from graph.events.segment.tracks import account_event, track, viewed
from graph.events.traits import traits
from graph.ids import CustomerId, EventId, anonymous, customer_id
from graph.instants import Instant

__all__ = ["CALLS", "parse_segment", "reread_segment"]


class Batch(Struct, rename="camel"):
    batch: list[Raw] | None = None
    sent_at: str | None = None


_BATCH = Decoder(Batch)


def parse_segment(kind: str, body: bytes, *, received: Instant, source: str = "segment") -> Parsed:
    """The events of one body of the call `kind`, one of `CALLS`, heard at `received`.

    A message that cannot be accepted is a refusal and takes no other with it. InvalidValue with the field "body" where
    the whole is not JSON of the right shape, "batch" where it holds too many messages.
    """
    if kind not in CALLS:
        raise InvalidValue("call", kind, f"one of {', '.join(CALLS)}")
    if kind != "batch":
        return reread_segment(body, AsSegment(kind), received=received, source=source)
    batch = read(_BATCH, body)
    if batch.batch is None:
        raise InvalidValue("batch", None, "a list of messages")
    at_most(MAX_MESSAGES, batch.batch, "batch", "messages")
    heard = Hearing(received, source, batch.sent_at)
    events: list[Event] = []
    refused: list[Refusal] = []
    for index, text in enumerate(batch.batch):
        try:
            events += _events("", text, heard, index)
        except InvalidValue as error:
            raw, where, form = bytes(text), f"batch[{index}]", AsSegment("", batch.sent_at)
            refused.append(Refusal.of(error, raw=raw, index=index, where=where, customer=subject_of(raw), form=form))
    return Parsed(tuple(events), tuple(refused), heard.clock.corrected)


def reread_segment(
    text: bytes, form: AsSegment, *, received: Instant, source: str = "segment", index: int = 0
) -> Parsed:
    """The events of one message that was the `index`-th of its body, as at the first time.

    InvalidValue with the field "body" where it is not JSON of the right shape.
    """
    heard = Hearing(received, source, form.sent_at)
    try:
        return Parsed(tuple(_events(form.call, text, heard, index)), (), heard.clock.corrected)
    except InvalidValue as error:
        if error.field == "body":
            raise
        return Parsed(refused=(Refusal.of(error, raw=text, index=index, customer=subject_of(text), form=form),))


def _events(kind: str, text: bytes | Raw, heard: Hearing, index: int) -> Sequence[Event]:
    message = read(MESSAGE, text)
    mapping = _MESSAGES.get(kind or message.type or "")
    if mapping is None:
        raise InvalidValue("type", message.type, f"one of {', '.join(_MESSAGES)}")
    return mapping(message, head_of(message, text, heard, index))


def _track(message: Message, head: Head) -> Sequence[Event]:
    if not message.event:
        raise InvalidValue("event", message.event, "the event's name, a non-empty string")
    return track(message.event, message.properties_text, head)


def _page(message: Message, head: Head) -> Sequence[Event]:
    return _seen("page", message, head)


def _screen(message: Message, head: Head) -> Sequence[Event]:
    return _seen("screen", message, head)


def _seen(kind: str, message: Message, head: Head) -> Sequence[Event]:
    properties = plain(message.properties_text, "properties")
    if isinstance(properties, dict):
        if properties.get("product_id") is not None:
            return viewed(message.properties_text, head)
        properties = {"name": message.name, "category": message.category} | properties
    return account_event(kind, properties, head)


def _identify(message: Message, head: Head) -> Sequence[Event]:
    said = traits(plain(message.traits_text, "traits"), "traits")
    if message.context is not None:  # where RudderStack's libraries put them
        said = traits(plain(message.context.traits_text, "context.traits"), "context.traits") | said
    events: list[Event] = [TraitsChanged(**head, traits=said)]
    if message.user_id and message.anonymous_id:
        visitor = anonymous(message.anonymous_id, "anonymousId")
        head["id"] = EventId(suffixed(head["id"], "identified"))
        events.append(Identified(**head, anonymous=visitor))
    return events


def _group(message: Message, head: Head) -> Sequence[Event]:
    if not message.group_id:
        raise InvalidValue("groupId", message.group_id, "the group's id, a non-empty string")
    said = traits(plain(message.traits_text, "traits"), "traits")
    left = said.pop("left", False)
    if not isinstance(left, bool):
        raise InvalidValue("traits.left", left, "true or false")
    return [Grouped(**head, group=message.group_id, traits=said, left=left)]


def _alias(message: Message, head: Head) -> Sequence[Event]:
    if not message.user_id:
        raise InvalidValue("userId", message.user_id, "the id the customer has from now on")
    return [Aliased(**head, previous=_previous(message))]


def _previous(message: Message) -> CustomerId:
    """Libraries send the visitor's own id as `previousId` where the customer had no other."""
    if message.previous_id is not None and message.previous_id == message.anonymous_id:
        return anonymous(message.previous_id, "previousId")
    return customer_id(message.previous_id, "previousId")


_MESSAGES: dict[str, Callable[[Message, Head], Sequence[Event]]] = {
    "track": _track,
    "identify": _identify,
    "page": _page,
    "screen": _screen,
    "group": _group,
    "alias": _alias,
}

CALLS = (*_MESSAGES, "batch")
"""The calls of the API."""
