"""The edges a customer makes: one interaction with one product, campaign or coupon."""

from enum import StrEnum

from msgspec import Struct

from graph.ids import CustomerKey
from graph.instants import Instant
from graph.nodes import NodeRef, Trait

__all__ = ["Interaction", "InteractionKind", "event_key", "key_parts", "line_key"]


class InteractionKind(StrEnum):
    VIEWED = "viewed"
    CLICKED = "clicked"
    ADDED_TO_CART = "added_to_cart"
    REMOVED_FROM_CART = "removed_from_cart"
    PURCHASED = "purchased"
    RETURNED = "returned"
    RATED = "rated"
    DISMISSED = "dismissed"
    RECEIVED = "received"
    REDEEMED = "redeemed"


class Interaction(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing a customer did or was sent.

    key: names it for ever (`event_key`, for an order line `line_key`); recording the same key twice changes nothing.
    target: the product, campaign or coupon it was done with.
    at, utc_offset: microseconds UTC and minutes ahead of UTC where it happened.
    quantity, value, discount: units bought (pieces, kilograms; 0 is recorded too), int64 minor units paid and saved,
        in `currency`.
    rating: the stars given, for RATED.
    order, place, channel, session: the basket, store, channel and session it belongs to, "" where unknown.
    caused_by: the recommendation or decision that led to it.
    """

    key: str
    customer: CustomerKey
    kind: InteractionKind
    target: NodeRef
    at: Instant
    utc_offset: int = 0
    quantity: float = 1.0
    value: int = 0
    discount: int = 0
    currency: str = ""
    rating: float | None = None
    order: str = ""
    place: str = ""
    channel: str = ""
    session: str = ""
    caused_by: str = ""
    attributes: dict[str, Trait] = {}


def event_key(source: str, event: str) -> str:
    """The key of what one event did: ``source/event``, slashes inside the parts escaped so that no two keys collide."""
    return f"{_escaped(source)}/{_escaped(event)}"


def line_key(source: str, order: str, line: str) -> str:
    """The key of a line of an order, whichever event brought it: order numbers are unique within a source."""
    return f"{_escaped(source)}/{_escaped(order)}/{_escaped(line)}"


def key_parts(key: str) -> list[str]:
    """What a key was made of."""
    return [part.replace("%2F", "/").replace("%25", "%") for part in key.split("/")]


def _escaped(part: str) -> str:
    return part.replace("%", "%25").replace("/", "%2F") if "%" in part or "/" in part else part
