"""What became of a body: the events in it, and what was refused of it and why."""

from typing import NamedTuple

from msgspec import Struct

from graph.errors import InvalidValue, shown
from graph.events.family import Event

__all__ = ["MAX_RAW", "Parsed", "Refusal", "placed"]

MAX_RAW = 4096
"""How many characters of what was refused are kept."""


class Refusal(Struct, frozen=True):
    """One refused message of a body.

    index: its place in the body, from 0.
    field: where in the body the fault is, such as ``batch[3].properties.quantity``.
    value: what stood there, as a message shows it.
    expected: what should have stood there.
    raw: the message as it came, cut to `MAX_RAW` characters.
    customer: the leaf identity it was about, "" where that cannot be told.
    """

    index: int
    field: str
    value: str
    expected: str
    raw: str = ""
    customer: str = ""

    @classmethod
    def of(cls, error: InvalidValue, *, raw: bytes, index: int = 0, where: str = "", customer: str = "") -> "Refusal":
        """An error met in a message that stands at `where` in its body."""
        text = raw[: 4 * MAX_RAW].decode("utf-8", "replace")[:MAX_RAW]
        return cls(index, placed(where, error.field), shown(error.value), error.expected, text, customer)

    @property
    def message(self) -> str:
        return f"{self.field}: got {self.value}, expected {self.expected}"


class Parsed(NamedTuple):
    """What a body holds, in its order; a refused message never takes others with it."""

    events: tuple[Event, ...] = ()
    refused: tuple[Refusal, ...] = ()


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
