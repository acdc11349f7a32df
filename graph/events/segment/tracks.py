"""What a customer did, by the names of Segment's e-commerce spec and Patron's own."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Annotated, Any, TypedDict, TypeVar

from msgspec import Meta, Raw, Struct
from msgspec.json import Decoder

from graph.errors import InvalidValue
from graph.events.derived_ids import suffixed
from graph.events.family import (
    AccountEvent,
    AddedToCart,
    Clicked,
    ConsentChanged,
    Currency,
    Dismissed,
    Event,
    Impression,
    Name,
    OrderLine,
    PreferenceChanged,
    Purchased,
    Quantity,
    Rank,
    Rated,
    Redeemed,
    RemovedFromCart,
    Returned,
    Searched,
    Text,
    Viewed,
)
from graph.events.json_text import plain, read
from graph.events.limits import MAX_LINES, at_most
from graph.events.money import minor_units
from graph.events.order_lines import LineNames
from graph.events.segment.messages import EMPTY, Head
from graph.events.traits import choices, traits, wishes
from graph.ids import MAX_ID_LENGTH, EventId, product_id

__all__ = ["HAPPENINGS", "TRACKS", "account_event", "track", "viewed"]

HAPPENINGS = (
    "Promotion Viewed",
    "Promotion Clicked",
    "Cart Viewed",
    "Cart Shared",
    "Checkout Started",
    "Checkout Step Viewed",
    "Checkout Step Completed",
    "Payment Info Entered",
    "Coupon Entered",
    "Coupon Denied",
    "Coupon Removed",
    "Product Removed from Wishlist",
)
"""The names of Segment's e-commerce spec that are account events of that name, in whatever case they come."""

Amount = Annotated[float, Meta(ge=-1e13, le=1e13)]  # major units


class Properties(Struct):
    """What any of them may say: the recommendation that led to it, its place there, and the session."""

    recommendation_id: Text | None = None
    rank: Rank | None = None
    session_id: Text | None = None


class ProductProperties(Properties):
    product_id: str | None = None
    quantity: Quantity | None = None
    seconds: Annotated[float, Meta(ge=0, le=1e9)] | None = None


class ReviewProperties(Properties):
    product_id: str | None = None
    rating: Annotated[float, Meta(ge=0, le=5)] | None = None


class SearchProperties(Properties):
    query: Text | None = None


class Line(Struct):
    """A product of an order or a list. `price` is for one unit, `value` and `discount` for the whole line."""

    product_id: str | None = None
    line_id: Name | None = None
    quantity: Quantity | None = None
    price: Amount | None = None
    value: Amount | None = None
    discount: Amount | None = None


class OrderProperties(Properties):
    order_id: Name | None = None
    currency: Currency | None = None
    products: list[Line] | None = None


class ListProperties(Properties):
    list_id: Text | None = None
    placement: Text | None = None
    products: list[Line] | None = None


class CouponProperties(Properties):
    coupon_id: Name | None = None
    campaign_id: Name | None = None


class StatedProperties(Properties):
    preferences: Any = None
    consents: Any = None


# Shops also send numbers as texts, and so does the spec itself: "rating": "5".
_PRODUCT = Decoder(ProductProperties, strict=False)
_REVIEW = Decoder(ReviewProperties, strict=False)
_SEARCH = Decoder(SearchProperties)
_ORDER = Decoder(OrderProperties, strict=False)
_LIST = Decoder(ListProperties, strict=False)
_COUPON = Decoder(CouponProperties)
_STATED = Decoder(StatedProperties)

P = TypeVar("P", bound=Properties)


class _Cause(TypedDict):
    """What led to an event."""

    caused_by: str
    rank: int | None


def _read(decoder: Decoder[P], text: Raw, head: Head) -> tuple[P, _Cause]:
    properties = read(decoder, text if bytes(text) != b"null" else Raw(EMPTY), "properties")
    if properties.session_id is not None:
        head["session"] = properties.session_id
    return properties, _Cause(caused_by=properties.recommendation_id or "", rank=properties.rank)


def viewed(text: Raw, head: Head) -> list[Event]:
    seen, cause = _read(_PRODUCT, text, head)
    product = product_id(seen.product_id, "properties.product_id")
    return [Viewed(**head, **cause, product=product, seconds=seen.seconds)]


def _clicked(text: Raw, head: Head) -> list[Event]:
    seen, cause = _read(_PRODUCT, text, head)
    return [Clicked(**head, **cause, product=product_id(seen.product_id, "properties.product_id"))]


def _dismissed(text: Raw, head: Head) -> list[Event]:
    seen, cause = _read(_PRODUCT, text, head)
    return [Dismissed(**head, **cause, product=product_id(seen.product_id, "properties.product_id"))]


def _added(text: Raw, head: Head) -> list[Event]:
    put, cause = _read(_PRODUCT, text, head)
    product = product_id(put.product_id, "properties.product_id")
    return [AddedToCart(**head, **cause, product=product, quantity=_or_one(put.quantity))]


def _removed(text: Raw, head: Head) -> list[Event]:
    put, cause = _read(_PRODUCT, text, head)
    product = product_id(put.product_id, "properties.product_id")
    return [RemovedFromCart(**head, **cause, product=product, quantity=_or_one(put.quantity))]


def _reviewed(text: Raw, head: Head) -> list[Event]:
    review, cause = _read(_REVIEW, text, head)
    product = product_id(review.product_id, "properties.product_id")
    if review.rating is None:
        raise InvalidValue("properties.rating", None, "a number from 0 to 5")
    return [Rated(**head, **cause, product=product, rating=review.rating)]


def _searched(text: Raw, head: Head) -> list[Event]:
    search, cause = _read(_SEARCH, text, head)
    if search.query is None:
        raise InvalidValue("properties.query", None, "what was searched for, a string")
    return [Searched(**head, **cause, query=search.query)]


def _ordered(text: Raw, head: Head) -> list[Event]:
    order, cause = _read(_ORDER, text, head)
    if order.order_id is None:
        raise InvalidValue("properties.order_id", None, "the order's number, a string")
    if not order.products:
        raise InvalidValue("properties.products", order.products, "a list of at least one product")
    at_most(MAX_LINES, order.products, "properties.products", "lines")
    currency, names = order.currency or "", LineNames()
    lines = []
    for index, line in enumerate(order.products):
        where = f"properties.products[{index}]"
        product = product_id(line.product_id, f"{where}.product_id")
        saved = 0 if line.discount is None else minor_units(line.discount, currency, field=f"{where}.discount")
        lines.append(
            OrderLine(
                line=names.name(product, line.line_id, f"{where}.line_id"),
                product=product,
                quantity=_or_one(line.quantity),
                value=_value(line, currency, where),
                discounts={"discount": saved} if saved else {},
            )
        )
    return [Purchased(**head, **cause, order=order.order_id, lines=tuple(lines), currency=currency)]


def _updated(text: Raw, head: Head) -> list[Event]:
    """The order again, of which the log keeps the lines it does not know; one that names none is about the order."""
    order, _ = _read(_ORDER, text, head)
    return _ordered(text, head) if order.products else _happened("Order Updated", text, head)


def _refunded(text: Raw, head: Head) -> list[Event]:
    return _came_back("Order Refunded", text, head)


def _cancelled(text: Raw, head: Head) -> list[Event]:
    return _came_back("Order Cancelled", text, head)


def _came_back(name: str, text: Raw, head: Head) -> list[Event]:
    """A return for each product that came back; where none is named nothing is known of products."""
    order, cause = _read(_ORDER, text, head)
    if not order.products:
        return _happened(name, text, head)
    at_most(MAX_LINES, order.products, "properties.products", "lines")
    returns: list[Event] = []
    message = head["id"]
    for index, line in enumerate(order.products):
        where = f"properties.products[{index}]"
        if len(order.products) > 1:
            head["id"] = EventId(suffixed(message, str(index + 1)))
        returns.append(
            Returned(
                **head,
                **cause,
                product=product_id(line.product_id, f"{where}.product_id"),
                quantity=_or_one(line.quantity),
                value=_value(line, order.currency or "", where),
                currency=order.currency or "",
                order=order.order_id or "",
            )
        )
    return returns


def _shown(text: Raw, head: Head) -> list[Event]:
    return _list("Product List Viewed", text, head)


def _filtered(text: Raw, head: Head) -> list[Event]:
    return _list("Product List Filtered", text, head)


def _list(name: str, text: Raw, head: Head) -> list[Event]:
    """What was shown; a list that names no products is only known to have been looked at."""
    shown, cause = _read(_LIST, text, head)
    if shown.products is None:
        return _happened(name, text, head)
    at_most(MAX_LINES, shown.products, "properties.products", "products")
    products = tuple(
        product_id(line.product_id, f"properties.products[{index}].product_id")
        for index, line in enumerate(shown.products)
    )
    return [Impression(**head, **cause, products=products, placement=shown.placement or shown.list_id or "")]


def _redeemed(text: Raw, head: Head) -> list[Event]:
    coupon, cause = _read(_COUPON, text, head)
    if coupon.coupon_id is None:
        raise InvalidValue("properties.coupon_id", None, "the coupon's id, a string")
    name = f"{coupon.campaign_id}/{coupon.coupon_id}" if coupon.campaign_id else coupon.coupon_id
    if len(name) > MAX_ID_LENGTH:
        raise InvalidValue(
            "properties.coupon_id", name, f"campaign and coupon of at most {MAX_ID_LENGTH} characters together"
        )
    return [Redeemed(**head, **cause, coupon=name)]


def _preferred(text: Raw, head: Head) -> list[Event]:
    stated, cause = _read(_STATED, text, head)
    preferences = wishes(stated.preferences, "properties.preferences")
    return [PreferenceChanged(**head, **cause, preferences=preferences)]


def _consented(text: Raw, head: Head) -> list[Event]:
    stated, cause = _read(_STATED, text, head)
    return [ConsentChanged(**head, **cause, consents=choices(stated.consents, "properties.consents"))]


def _drawn_to(name: str) -> Callable[[Raw, Head], list[Event]]:
    """An event of this name, and a look at the product it is about."""

    def drawn(text: Raw, head: Head) -> list[Event]:
        happened = _happened(name, text, head)
        head["id"] = EventId(suffixed(head["id"], "viewed"))
        return [*happened, *viewed(text, head)]

    return drawn


def _happened(name: str, text: Raw, head: Head) -> list[Event]:
    return account_event(name, plain(text, "properties"), head)


def _known_as(name: str) -> Callable[[Raw, Head], list[Event]]:
    return partial(_happened, name)


TRACKS: dict[str, Callable[[Raw, Head], list[Event]]] = {
    "product viewed": viewed,
    "product clicked": _clicked,
    "recommendation clicked": _clicked,
    "product dismissed": _dismissed,
    "product added": _added,
    "product removed": _removed,
    "product reviewed": _reviewed,
    "products searched": _searched,
    "product list viewed": _shown,
    "product list filtered": _filtered,
    "product added to wishlist": _drawn_to("Product Added to Wishlist"),
    "product shared": _drawn_to("Product Shared"),
    "wishlist product added to cart": _added,
    "order completed": _ordered,
    "order updated": _updated,
    "order refunded": _refunded,
    "order cancelled": _cancelled,
    "coupon applied": _redeemed,
    "coupon redeemed": _redeemed,
    "preference changed": _preferred,
    "consent changed": _consented,
    **{name.lower(): _known_as(name) for name in HAPPENINGS},
}
"""By the event's name in lower case."""


def track(name: str, text: Raw, head: Head) -> Sequence[Event]:
    """The events of a ``track`` call called `name`; one no table knows is an `AccountEvent`."""
    known = TRACKS.get(name.lower())
    return known(text, head) if known else account_event(name, plain(text, "properties"), head)


def account_event(name: str, properties: Any, head: Head) -> list[Event]:
    """Anything else that happened, its properties called whatever its sender calls them."""
    attributes = traits(properties, "properties")
    cause = attributes.get("recommendation_id")
    caused_by = cause if isinstance(cause, str) else ""
    return [AccountEvent(**head, caused_by=caused_by, name=name, attributes=attributes)]


def _or_one(quantity: float | None) -> float:
    return 1.0 if quantity is None else quantity


def _value(line: Line, currency: str, where: str) -> int:
    if line.value is not None:
        return minor_units(line.value, currency, field=f"{where}.value")
    if line.price is None:
        return 0
    return minor_units(line.price, currency, times=_or_one(line.quantity), field=f"{where}.price")
