"""The messages Segment's libraries send, as far as they are read."""

from typing import TypedDict

from msgspec import Raw, Struct, field
from msgspec.json import Decoder

from graph.errors import InvalidValue
from graph.events.bots import is_bot
from graph.events.derived_ids import content_id
from graph.events.family import Context, Name, Text
from graph.events.json_text import plain
from graph.events.moment import SenderClock, moment
from graph.ids import CustomerId, EventId, anonymous, customer_id, event_id
from graph.instants import Instant

__all__ = ["EMPTY", "MESSAGE", "Head", "Hearing", "Message", "head_of", "leaf_of", "subject_of"]

EMPTY = b"{}"


class Device(Struct):
    type: Text | None = None


class Page(Struct):
    path: Text | None = None


class MessageContext(Struct, rename="camel"):
    channel: Text | None = None
    device: Device | None = None
    internal: bool | None = None
    locale: Text | None = None
    page: Page | None = None
    place: Text | None = None
    session_id: Text | int | None = None
    timezone: Text | None = None
    traits_text: Raw = field(name="traits", default=Raw(EMPTY))
    user_agent: Text | None = None


class Message(Struct, rename="camel"):
    """One call. `properties` and `traits` are read when it is known what they belong to."""

    type: str | None = None
    message_id: str | None = None
    user_id: str | None = None
    anonymous_id: str | None = None
    previous_id: str | None = None
    group_id: Name | None = None
    event: Name | None = None
    name: Text | None = None
    category: Text | None = None
    channel: Text | None = None
    context: MessageContext | None = None
    timestamp: str | None = None
    original_timestamp: str | None = None
    sent_at: str | None = None
    properties_text: Raw = field(name="properties", default=Raw(EMPTY))
    traits_text: Raw = field(name="traits", default=Raw(EMPTY))


MESSAGE = Decoder(Message)


class Head(TypedDict):
    """What every event of a message has."""

    id: EventId
    source: str
    at: Instant
    received: Instant
    utc_offset: int
    history: bool
    context: Context
    customer: CustomerId
    session: str


_NO_CONTEXT = MessageContext()


class Hearing:
    """What is known of a body beside its messages.

    sent: when the body says it was sent. clock: its sender's.
    """

    def __init__(self, received: Instant, source: str, sent: str | None = None) -> None:
        self.received, self.source, self.sent = received, source, sent
        self.clock = SenderClock(received)


def head_of(message: Message, text: bytes | Raw, heard: Hearing, index: int) -> Head:
    """`index` is the message's place in its body."""
    context, received = message.context or _NO_CONTEXT, heard.received
    when = moment(_said(message), received, skew=_skew(message, heard), zone=context.timezone)
    user_agent = context.user_agent or ""
    if message.message_id is not None:
        name = event_id(message.message_id, "messageId")
    elif _said(message) is not None:
        name = content_id(bytes(text))
    else:  # the same words a minute later are another event
        name = content_id(bytes(text), f"{received}#{index}")
    return Head(
        id=name,
        source=heard.source,
        at=when.at,
        received=received,
        utc_offset=when.utc_offset,
        history=when.history,
        context=Context(
            channel=context.channel or message.channel or "",
            device=context.device.type or "" if context.device else "",
            place=context.place or "",
            locale=context.locale or "",
            page=context.page.path or "" if context.page else "",
            user_agent=user_agent,
            internal=bool(context.internal) or is_bot(user_agent),
        ),
        customer=leaf_of(message),
        session="" if context.session_id is None else str(context.session_id),
    )


def leaf_of(message: Message) -> CustomerId:
    """Who did it: the known customer where there is one, else the visitor."""
    if message.user_id is not None and (message.user_id or message.anonymous_id is None):
        return customer_id(message.user_id, "userId")
    if message.anonymous_id is not None:  # beside it, some libraries send an empty userId
        return anonymous(message.anonymous_id, "anonymousId")
    raise InvalidValue("userId", None, "a userId or an anonymousId")


def subject_of(text: bytes) -> str:
    """Whom a refused message is about, as far as it says, so that an erasure finds it; a number counts as its text."""
    try:
        said = plain(text)
        if not isinstance(said, dict):
            return ""
        known, visitor = (_text(said.get(name)) for name in ("userId", "anonymousId"))
        return customer_id(known) if known else anonymous(visitor)
    except InvalidValue:
        return ""


def _text(value: object) -> str:
    return str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""


def _said(message: Message) -> str | None:
    """When it happened, by its sender."""
    return message.timestamp if message.timestamp is not None else message.original_timestamp


def _skew(message: Message, heard: Hearing) -> int:
    """A message that has both times was set right by whoever passes it on, and one that has none happens now."""
    if (message.timestamp is None) == (message.original_timestamp is None):
        return 0
    return heard.clock.skew(message.sent_at or heard.sent)
