"""What became of a body: the events in it, and what was refused of it and why."""

from typing import NamedTuple

from msgspec import Struct

from graph.errors import InvalidValue, shown
from graph.events.family import Event

__all__ = [
    "MAX_CUT",
    "MAX_RAW",
    "AsCloudEvent",
    "AsCustomer",
    "AsProduct",
    "AsSegment",
    "Form",
    "Parsed",
    "Refusal",
    "placed",
]

MAX_RAW = 64 * 2**10
"""A refused message of up to this many bytes is kept whole, so that it can be read again; it is twice what Segment's
libraries send."""

MAX_CUT = 4096
"""How many characters are kept of a longer one."""


class AsSegment(Struct, frozen=True, tag="segment"):
    """A Segment call, or one message of a batch: `call` is "" where the message says its type itself.

    sent_at: when its body says it was sent.
    """

    call: str = ""
    sent_at: str | None = None


class AsCloudEvent(Struct, frozen=True, tag="cloudevent"):
    """A CloudEvent; `headers` are those of a binary one, its media type among them."""

    headers: dict[str, str] = {}


class AsProduct(Struct, frozen=True, tag="product"):
    """An entry of ``PUT /v1/products``."""


class AsCustomer(Struct, frozen=True, tag="customer"):
    """An entry of ``PUT /v1/customers``."""


Form = AsSegment | AsCloudEvent | AsProduct | AsCustomer
"""How a message was written: what reading it again takes beside its text."""


class Refusal(Struct, frozen=True):
    """One refused message of a body.

    index: its place in the body, from 0.
    field: where in the body the fault is, such as ``batch[3].properties.quantity``.
    value: what stood there, as a message shows it.
    expected: what should have stood there.
    raw: the message as it came; its first `MAX_CUT` characters where it was longer than `MAX_RAW` bytes.
    customer: the leaf identity it was about, "" where that cannot be told.
    form: how to read `raw` again, None where it is not whole or may not be.
    """

    index: int
    field: str
    value: str
    expected: str
    raw: str = ""
    customer: str = ""
    form: Form | None = None

    @classmethod
    def of(
        cls,
        error: InvalidValue,
        *,
        raw: bytes,
        index: int = 0,
        where: str = "",
        customer: str = "",
        form: Form | None = None,
    ) -> "Refusal":
        """An error met in a message that stands at `where` in its body."""
        field, value = placed(where, error.field), shown(error.value)
        if len(raw) <= MAX_RAW:
            try:
                return cls(index, field, value, error.expected, raw.decode(), customer, form)
            except UnicodeDecodeError:
                pass
        text = raw[: 4 * MAX_CUT].decode("utf-8", "replace")[:MAX_CUT]
        return cls(index, field, value, error.expected, text, customer)

    @property
    def message(self) -> str:
        return f"{self.field}: got {self.value}, expected {self.expected}"


class Parsed(NamedTuple):
    """What a body holds, in its order; a refused message never takes others with it.

    corrected: of how many messages the sender's clock was over a minute off, and was set right.
    """

    events: tuple[Event, ...] = ()
    refused: tuple[Refusal, ...] = ()
    corrected: int = 0


def placed(where: str, field: str) -> str:
    """A field of something that itself stands at `where`; "body" is that thing as a whole.

    >>> placed("batch[3]", "properties.quantity"), placed("batch[3]", "body"), placed("", "userId")
    ('batch[3].properties.quantity', 'batch[3]', 'userId')
    """
    if not where:
        return field
    if field == "body":
        return where
    return f"{where}{field}" if field.startswith("[") else f"{where}.{field}"
