"""Every name of Segment's e-commerce spec, with the properties the spec gives it, is taken for what it means."""

import json
from typing import Any

import pytest

from graph import parse_instant
from graph.events.family import AccountEvent, AddedToCart, Purchased, Returned, Viewed
from graph.events.segment import parse_segment
from graph.events.segment.tracks import HAPPENINGS, TRACKS

NOON, _ = parse_instant("2026-05-01T12:00:00Z")

PRODUCT: dict[str, Any] = {
    "product_id": "507f1f77bcf86cd799439011",
    "sku": "G-32",
    "category": "Games",
    "name": "Monopoly: 3rd Edition",
    "brand": "Hasbro",
    "variant": "200 pieces",
    "price": "18.99",
    "quantity": 1,
    "coupon": "MAYDEALS",
    "position": 3,
    "url": "https://shop.example/monopoly",
}
LIST: dict[str, Any] = {"list_id": "hot_deals_1", "category": "Deals", "products": [PRODUCT]}
FILTERS: dict[str, Any] = {"filters": [{"type": "department", "value": "beauty"}], "sorts": [{"type": "price"}]}
PROMOTION: dict[str, Any] = {
    "promotion_id": "promo_1",
    "creative": "top_banner_2",
    "name": "75% off",
    "position": "top",
}
ORDER: dict[str, Any] = {
    "order_id": "50314b8e9bcf000000000000",
    "total": "27.50",
    "revenue": "25.00",
    "currency": "USD",
    "products": [PRODUCT],
}
COUPON: dict[str, Any] = {
    "order_id": "50314b8e",
    "cart_id": "923923929jd29jd92dj9j93fj3",
    "coupon_id": "may_deals_2016",
}
WISHLIST: dict[str, Any] = {"wishlist_id": "skdjsidjsdkdj29j", "wishlist_name": "Loved Games"}
STEP: dict[str, Any] = {"checkout_id": "50314b8e9bcf000000000000", "step": 2, "shipping_method": "Fedex"}

SPEC: dict[str, tuple[dict[str, Any], list[str]]] = {
    "Products Searched": ({"query": "blue hotpants"}, ["Searched"]),
    "Product List Viewed": (LIST, ["Impression"]),
    "Product List Filtered": (LIST | FILTERS, ["Impression"]),
    "Promotion Viewed": (PROMOTION, ["AccountEvent"]),
    "Promotion Clicked": (PROMOTION, ["AccountEvent"]),
    "Product Clicked": (PRODUCT, ["Clicked"]),
    "Product Viewed": (PRODUCT, ["Viewed"]),
    "Product Added": (PRODUCT | {"cart_id": "skdjsidjsdkdj29j"}, ["AddedToCart"]),
    "Product Removed": (PRODUCT, ["RemovedFromCart"]),
    "Cart Viewed": ({"cart_id": "d92jd29jd92jd29j92d92jd", "products": [PRODUCT]}, ["AccountEvent"]),
    "Checkout Started": (ORDER, ["AccountEvent"]),
    "Checkout Step Viewed": (STEP, ["AccountEvent"]),
    "Checkout Step Completed": (STEP, ["AccountEvent"]),
    "Payment Info Entered": (STEP | {"payment_method": "Visa"}, ["AccountEvent"]),
    "Order Updated": (ORDER, ["Purchased"]),
    "Order Completed": (ORDER, ["Purchased"]),
    "Order Refunded": (ORDER, ["Returned"]),
    "Order Cancelled": (ORDER, ["Returned"]),
    "Coupon Entered": (COUPON, ["AccountEvent"]),
    "Coupon Applied": (COUPON | {"coupon_name": "May Deals 2016", "discount": 23.32}, ["Redeemed"]),
    "Coupon Denied": (COUPON | {"reason": "Coupon expired"}, ["AccountEvent"]),
    "Coupon Removed": (COUPON | {"discount": 23.32}, ["AccountEvent"]),
    "Product Added to Wishlist": (WISHLIST | PRODUCT, ["AccountEvent", "Viewed"]),
    "Product Removed from Wishlist": (WISHLIST | PRODUCT, ["AccountEvent"]),
    "Wishlist Product Added to Cart": (WISHLIST | {"cart_id": "99j2d92j9dj29dj29d2d"} | PRODUCT, ["AddedToCart"]),
    "Product Shared": (PRODUCT | {"share_via": "email", "recipient": "friend@example.org"}, ["AccountEvent", "Viewed"]),
    "Cart Shared": ({"cart_id": "d92jd29jd92jd29j92d92jd", "products": [PRODUCT]}, ["AccountEvent"]),
    "Product Reviewed": (
        {"product_id": PRODUCT["product_id"], "review_id": "kdfjrj39fj39jf3", "rating": "5"},
        ["Rated"],
    ),
}


def tracked(name: str, properties: Any) -> list[Any]:
    message = {"messageId": "m1", "userId": "42", "event": name, "properties": properties}
    parsed = parse_segment("track", json.dumps(message).encode(), received=NOON)
    assert not parsed.refused, parsed.refused[0].message
    return list(parsed.events)


@pytest.mark.parametrize("name", SPEC)
@pytest.mark.parametrize("case", [str, str.lower, str.upper])
def test_a_name_of_the_spec_is_known_in_any_case(name: str, case: Any) -> None:
    properties, kinds = SPEC[name]
    events = tracked(case(name), properties)
    assert [type(event).__name__ for event in events] == kinds
    assert all(event.name == name for event in events if isinstance(event, AccountEvent))


def test_the_table_of_tracks_holds_the_whole_spec() -> None:
    assert {name.lower() for name in SPEC} <= set(TRACKS)
    assert set(HAPPENINGS) <= set(SPEC)


def test_a_wish_is_told_and_counts_as_a_look_at_the_product() -> None:
    wished, seen = tracked("Product Added to Wishlist", {"product_id": "milk", "wishlist_id": "w"})
    assert (wished.id, wished.attributes) == ("m1", {"product_id": "milk", "wishlist_id": "w"})
    assert isinstance(seen, Viewed) and (seen.id, seen.product) == ("m1#viewed", "milk")


def test_a_price_sent_as_text_is_a_price() -> None:
    (bought,) = tracked("Order Completed", ORDER)
    assert isinstance(bought, Purchased) and bought.lines[0].value == 1899
    (put,) = tracked("Product Added", {"product_id": "milk", "quantity": "2.5"})
    assert isinstance(put, AddedToCart) and put.quantity == 2.5


def test_an_order_called_off_comes_back_whole() -> None:
    first, second = tracked("Order Cancelled", ORDER | {"products": [PRODUCT, PRODUCT]})
    assert isinstance(first, Returned) and (first.order, first.value) == (ORDER["order_id"], 1899)
    assert (first.id, second.id) == ("m1#1", "m1#2")


@pytest.mark.parametrize(
    "name", ["Order Updated", "Order Refunded", "Order Cancelled", "Product List Viewed", "Product List Filtered"]
)
def test_what_names_no_products_is_an_event_of_its_name(name: str) -> None:
    (event,) = tracked(name.lower(), {"order_id": "o1"})
    assert isinstance(event, AccountEvent) and (event.name, event.attributes) == (name, {"order_id": "o1"})
