"""Segment's e-commerce names and Patron's own."""

import json
from typing import Any

import pytest

from graph import ProductId, parse_instant
from graph.events.family import (
    AccountEvent,
    AddedToCart,
    Clicked,
    ConsentChanged,
    Dismissed,
    Event,
    Impression,
    OrderLine,
    PreferenceChanged,
    Purchased,
    Rated,
    Redeemed,
    RemovedFromCart,
    Returned,
    Searched,
    Viewed,
)
from graph.events.refusal import Parsed
from graph.events.segment import parse_segment

NOON, _ = parse_instant("2026-05-01T12:00:00Z")
HEAD: dict[str, Any] = {"id": "m1", "source": "segment", "at": NOON, "received": NOON, "customer": "user:42"}
MILK: dict[str, Any] = {**HEAD, "product": "milk"}


def track(event: str, properties: Any) -> Parsed:
    message = {"messageId": "m1", "userId": "42", "event": event, "properties": properties}
    return parse_segment("track", json.dumps(message).encode(), received=NOON)


@pytest.mark.parametrize(
    ("name", "properties", "event"),
    [
        ("Product Viewed", {"product_id": "milk", "price": 18.99}, Viewed(**MILK)),
        ("Product Viewed", {"product_id": "milk", "seconds": 3}, Viewed(**MILK, seconds=3.0)),
        ("Product Clicked", {"product_id": "milk", "position": 3}, Clicked(**MILK)),
        (
            "Recommendation Clicked",
            {"product_id": "milk", "recommendation_id": "r1", "rank": 2},
            Clicked(**MILK, caused_by="r1", rank=2),
        ),
        ("Product Dismissed", {"product_id": "milk", "session_id": "s1"}, Dismissed(**MILK, session="s1")),
        ("Product Added", {"product_id": "milk", "quantity": 2}, AddedToCart(**MILK, quantity=2.0)),
        ("product added", {"product_id": "milk", "quantity": None}, AddedToCart(**MILK)),
        ("Product Removed", {"product_id": "milk", "quantity": 0.5}, RemovedFromCart(**MILK, quantity=0.5)),
        ("Product Reviewed", {"product_id": "milk", "rating": 4}, Rated(**MILK, rating=4.0)),
        ("Products Searched", {"query": "oat milk"}, Searched(**HEAD, query="oat milk")),
        (
            "Product List Viewed",
            {"list_id": "hot", "products": [{"product_id": "milk", "position": 1}, {"product_id": "bread"}]},
            Impression(**HEAD, products=(ProductId("milk"), ProductId("bread")), placement="hot"),
        ),
        ("Coupon Applied", {"coupon_id": "SUMMER", "discount": 5}, Redeemed(**HEAD, coupon="SUMMER")),
        ("Coupon Redeemed", {"coupon_id": "10", "campaign_id": "18"}, Redeemed(**HEAD, coupon="18/10")),
        (
            "Preference Changed",
            {"preferences": {"disliked_brands": ["Acme"]}},
            PreferenceChanged(**HEAD, preferences={"disliked_brands": ["Acme"]}),
        ),
        ("Consent Changed", {"consents": {"marketing": False}}, ConsentChanged(**HEAD, consents={"marketing": False})),
        (
            "Cart Viewed",
            {"cart_id": "c1", "products": [{"product_id": "milk"}], "rank": "gold", "recommendation_id": "r1"},
            AccountEvent(
                **HEAD,
                name="Cart Viewed",
                caused_by="r1",
                attributes={"cart_id": "c1", "rank": "gold", "recommendation_id": "r1"},
            ),
        ),
        (
            "Order Refunded",
            {"order_id": "o1"},
            AccountEvent(**HEAD, name="Order Refunded", attributes={"order_id": "o1"}),
        ),
        ("Product Sniffed", None, AccountEvent(**HEAD, name="Product Sniffed")),
    ],
)
def test_a_name_becomes_its_event(name: str, properties: Any, event: Event) -> None:
    assert track(name, properties) == Parsed((event,))


def test_an_order_is_one_purchase_with_a_line_a_product() -> None:
    properties = {
        "checkout_id": "fksdjfsdjfisjf9sdfjsd9f",
        "order_id": "50314b8e9bcf000000000000",
        "affiliation": "Shop",
        "total": 27.5,
        "revenue": 25.0,
        "currency": "USD",
        "products": [
            {
                "product_id": "milk",
                "sku": "45790-32",
                "name": "Milk",
                "price": 1.35,
                "quantity": 3,
                "category": "DAIRY",
            },
            {"product_id": "bread", "value": 4.2, "price": 99, "quantity": 1, "discount": 0.3},
            {"product_id": "milk", "price": 1.35},
            {"product_id": "ham", "quantity": 0.25, "price": 19.9, "line_id": "L4"},
        ],
    }
    assert track("Order Completed", properties).events == (
        Purchased(
            **HEAD,
            order="50314b8e9bcf000000000000",
            currency="USD",
            lines=(
                OrderLine(line="milk#1", product=ProductId("milk"), quantity=3.0, value=405),
                OrderLine(line="bread#1", product=ProductId("bread"), value=420, discounts={"discount": 30}),
                OrderLine(line="milk#2", product=ProductId("milk"), value=135),
                OrderLine(line="L4", product=ProductId("ham"), quantity=0.25, value=498),
            ),
        ),
    )


def test_yen_have_no_hundredths() -> None:
    order = {"order_id": "o1", "currency": "JPY", "products": [{"product_id": "milk", "price": 250, "quantity": 2}]}
    (bought,) = track("Order Completed", order).events
    assert isinstance(bought, Purchased) and bought.lines[0].value == 500


def test_a_refund_is_a_return_of_each_product() -> None:
    lines = [{"product_id": "milk", "quantity": 2, "price": 1.35}, {"product_id": "bread"}]
    both = {**HEAD, "order": "o1", "currency": "EUR"}
    assert track("Order Refunded", {"order_id": "o1", "currency": "EUR", "products": lines}).events == (
        Returned(**{**both, "id": "m1#1"}, product=ProductId("milk"), quantity=2.0, value=270),
        Returned(**{**both, "id": "m1#2"}, product=ProductId("bread")),
    )


def test_a_refund_of_one_product_keeps_the_id_of_its_message() -> None:
    (back,) = track("Order Refunded", {"products": [{"product_id": "milk"}]}).events
    assert back == Returned(**MILK)


ORDER: dict[str, Any] = {"order_id": "o1", "products": [{"product_id": "milk"}]}


@pytest.mark.parametrize(
    ("name", "properties", "told"),
    [
        ("Product Viewed", {}, "properties.product_id: got None, expected a non-empty string"),
        ("Product Viewed", None, "properties.product_id: got None, expected a non-empty string"),
        ("Product Viewed", {"product_id": ""}, "properties.product_id: got '', expected a non-empty string"),
        ("Product Viewed", {"product_id": 507}, "properties.product_id: got 507, expected a string"),
        ("Product Viewed", {"product_id": "p" * 257}, "of at most 256 characters"),
        (
            "Product Viewed",
            {"product_id": "p", "rank": 0},
            "properties.rank: got 0, expected a whole number of at least 1",
        ),
        ("Product Viewed", {"product_id": "p", "rank": 10**7}, "expected a whole number of at most 1000000"),
        (
            "Product Viewed",
            {"product_id": "p", "recommendation_id": 7},
            "properties.recommendation_id: got 7, expected a str",
        ),
        (
            "Product Added",
            {"product_id": "p", "quantity": -1},
            "properties.quantity: got -1, expected a number of at least 0",
        ),
        ("Product Added", {"product_id": "p", "quantity": "two"}, "properties.quantity: got 'two', expected a number"),
        ("Product Reviewed", {"product_id": "p"}, "properties.rating: got None, expected a number from 0 to 5"),
        (
            "Product Reviewed",
            {"product_id": "p", "rating": 11},
            "properties.rating: got 11, expected a number of at most 5",
        ),
        ("Products Searched", {}, "properties.query: got None, expected what was searched for"),
        ("Product List Viewed", {"products": "p"}, "properties.products: got 'p', expected a list"),
        ("Product Shared", {"share_via": "email"}, "properties.product_id: got None"),
        ("Product List Viewed", {"products": [{}]}, "properties.products[0].product_id: got None"),
        ("Order Completed", {"products": []}, "properties.order_id: got None, expected the order's number"),
        ("Order Completed", {"order_id": 7}, "properties.order_id: got 7, expected a string"),
        ("Order Completed", {"order_id": ""}, "properties.order_id: got ''"),
        (
            "Order Completed",
            {"order_id": "o1"},
            "properties.products: got None, expected a list of at least one product",
        ),
        ("Order Completed", {**ORDER, "products": []}, "properties.products: got [], expected a list of at least one"),
        ("Order Completed", {**ORDER, "currency": "usd"}, "properties.currency: got 'usd', expected a currency code"),
        ("Order Completed", {**ORDER, "currency": "USD\n"}, "properties.currency: got 'USD\\n', expected"),
        (
            "Order Completed",
            {**ORDER, "products": [{"product_id": "a"}, {"price": 1}]},
            "properties.products[1].product_id: got None",
        ),
        (
            "Order Completed",
            {**ORDER, "products": [{"product_id": "a", "price": "€ 1.35"}]},
            "properties.products[0].price: got '€ 1.35'",
        ),
        (
            "Order Completed",
            {**ORDER, "products": [{"product_id": "a", "price": 1e13, "quantity": 1e12}]},
            "properties.products[0].price: got 10000000000000.0, expected an amount of at most",
        ),
        (
            "Order Completed",
            {**ORDER, "products": [{"product_id": "a", "line_id": "1"}, {"product_id": "b", "line_id": "1"}]},
            "properties.products[1].line_id: got '1', expected a line that no other",
        ),
        (
            "Order Refunded",
            {"products": [{"product_id": 3}]},
            "properties.products[0].product_id: got 3, expected a string",
        ),
        ("Coupon Applied", {}, "properties.coupon_id: got None, expected the coupon's id"),
        ("Coupon Applied", {"coupon_id": "c" * 200, "campaign_id": "d" * 200}, "campaign and coupon of at most 256"),
        ("Preference Changed", {}, "properties.preferences: got None, expected an object of names and values"),
        ("Preference Changed", {"preferences": {"size": None}}, "properties.preferences.size: got None, expected"),
        (
            "Consent Changed",
            {"consents": {"marketing": "no"}},
            "properties.consents.marketing: got 'no', expected true or",
        ),
    ],
)
def test_a_refusal_names_field_value_and_expectation(name: str, properties: Any, told: str) -> None:
    parsed = track(name, properties)
    assert not parsed.events
    assert told in parsed.refused[0].message
