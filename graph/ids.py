"""Ids: distinct types over non-empty strings, so that a product can never be passed for a customer."""

from typing import Annotated, Any, NewType

from msgspec import Meta

from graph.errors import InvalidValue

__all__ = [
    "ANONYMOUS",
    "KNOWN",
    "MAX_ID_LENGTH",
    "CustomerId",
    "CustomerKey",
    "DecisionId",
    "EventId",
    "EventKey",
    "ProductId",
    "ProductKey",
    "anonymous",
    "customer_id",
    "event_id",
    "is_anonymous",
    "known",
    "product_id",
    "public_id",
]

MAX_ID_LENGTH = 256
KNOWN = "user:"
ANONYMOUS = "anon:"

CustomerId = NewType("CustomerId", str)
"""A leaf identity: ``user:42`` for a known customer, ``anon:9f…`` for a device not yet known."""
ProductId = NewType("ProductId", str)
EventId = NewType("EventId", str)
DecisionId = NewType("DecisionId", str)
"""The id of a decision or of a recommendation: what an answer is called when its outcome comes back."""

# The same types as struct fields: msgspec refuses the empty and the endless id while it decodes.
CustomerKey = Annotated[CustomerId, Meta(min_length=1, max_length=MAX_ID_LENGTH + len(KNOWN))]
ProductKey = Annotated[ProductId, Meta(min_length=1, max_length=MAX_ID_LENGTH)]
EventKey = Annotated[EventId, Meta(min_length=1, max_length=MAX_ID_LENGTH)]


def _checked(field: str, value: Any) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > MAX_ID_LENGTH or "\x00" in value:
        expected = f"a non-empty string of at most {MAX_ID_LENGTH} characters, none of them a null"
        raise InvalidValue(field, value, expected)
    return value


def product_id(value: Any, field: str = "product_id") -> ProductId:
    """`value` as a product id; InvalidValue where it is no non-empty string."""
    return ProductId(_checked(field, value))


def event_id(value: Any, field: str = "id") -> EventId:
    """`value` as an event id; InvalidValue where it is no non-empty string."""
    return EventId(_checked(field, value))


def known(value: Any, field: str = "customer_id") -> CustomerId:
    """The leaf identity of a customer known by `value`: ``known("42") == "user:42"``."""
    return CustomerId(KNOWN + _checked(field, value))


def anonymous(value: Any, field: str = "anonymous_id") -> CustomerId:
    """The leaf identity of a device or visitor known only by `value`."""
    return CustomerId(ANONYMOUS + _checked(field, value))


def customer_id(value: Any, field: str = "customer_id") -> CustomerId:
    """The leaf identity a public id stands for: ``anon:…`` stays what it is, all else is a known customer."""
    text = _checked(field, value)
    if text.startswith(ANONYMOUS):
        return anonymous(text[len(ANONYMOUS) :], field)
    return known(text.removeprefix(KNOWN), field)


def public_id(customer: CustomerId) -> str:
    """The id as answers show it: the bare id of a known customer, the whole leaf of an anonymous one."""
    return customer.removeprefix(KNOWN)


def is_anonymous(customer: CustomerId) -> bool:
    return customer.startswith(ANONYMOUS)
