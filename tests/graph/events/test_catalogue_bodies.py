"""The bodies of PUT /v1/products and PUT /v1/customers."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from graph import InvalidValue, ProductId, Stamp, event_key, parse_instant
from graph.events.catalogue_bodies import parse_customers, parse_products
from graph.events.family import ProductChanged, TraitsChanged
from graph.events.refusal import Parsed

NOON, _ = parse_instant("2026-05-01T12:00:00Z")
ONE, _ = parse_instant("2026-05-01T13:00:00Z")


def products(*entries: Any) -> Parsed:
    return parse_products(json.dumps({"products": entries}).encode(), NOON)


def customers(*entries: Any) -> Parsed:
    return parse_customers(json.dumps({"customers": entries}).encode(), NOON)


def changed(*entries: Any) -> list[ProductChanged]:
    parsed = products(*entries)
    assert not parsed.refused
    return [event for event in parsed.events if isinstance(event, ProductChanged)]


def test_an_entry_is_the_product_whole() -> None:
    entry = {
        "product_id": "milk",
        "name": "Milk",
        "price": {"amount": 1.35, "currency": "EUR"},
        "department": "FOOD",
        "category": "DAIRY",
        "subcategory": "FRESH",
        "brand": "Cow",
        "manufacturer": "Farm",
        "package_size": "1 l",
        "in_stock": False,
        "retired": True,
        "regions": ["north", "south"],
        "attributes": {"fat": 3.5, "label": {"bio": True}, "notes": None},
    }
    (milk,) = changed(entry)
    assert milk == ProductChanged(
        id=milk.id,
        source="products",
        at=NOON,
        received=NOON,
        product=ProductId("milk"),
        name="Milk",
        department="FOOD",
        category="DAIRY",
        subcategory="FRESH",
        brand="Cow",
        manufacturer="Farm",
        package_size="1 l",
        price=135,
        currency="EUR",
        in_stock=False,
        retired=True,
        regions=("north", "south"),
        attributes={"fat": 3.5, "label.bio": True},
    )


@pytest.mark.parametrize(
    ("price", "minor"),
    [
        ({"price": 4.99}, (499, "")),
        ({"price": 4.99, "currency": "USD"}, (499, "USD")),
        ({"price": {"amount": 500, "currency": "JPY"}}, (500, "JPY")),
        ({"price": {"amount": 5}, "currency": "EUR"}, (500, "EUR")),
        ({"price": None}, (None, "")),
        ({}, (None, "")),
        ({"price": 0}, (0, "")),
    ],
)
def test_a_price_is_in_major_units(price: dict[str, Any], minor: tuple[int | None, str]) -> None:
    (milk,) = changed({"product_id": "milk", **price})
    assert (milk.price, milk.currency) == minor


def test_a_product_is_in_stock_unless_said_otherwise() -> None:
    plain, null = changed({"product_id": "milk"}, {"product_id": "bread", "in_stock": None, "retired": None})
    assert (plain.in_stock, plain.retired, null.in_stock, null.retired) == (True, False, True, False)


def test_the_same_body_heard_at_the_same_time_is_the_same_events() -> None:
    body = b'{"products": [{"product_id": "milk"}]}'
    assert parse_products(body, NOON) == parse_products(body, NOON)
    assert parse_products(body, NOON).events[0].id != parse_products(body, ONE).events[0].id


def test_of_two_entries_for_one_product_the_later_has_the_greater_stamp() -> None:
    entries = changed(*({"product_id": "milk", "price": price} for price in range(30)))
    stamps = [Stamp(event.at, event_key(event.source, event.id)) for event in entries]
    assert stamps == sorted(stamps) and len(set(stamps)) == 30


def test_customers_get_traits() -> None:
    parsed = customers({"customer_id": "42", "traits": {"age": 41, "address": {"city": "Delft"}}}, {"customer_id": "7"})
    assert not parsed.refused
    known, bare = parsed.events
    assert isinstance(known, TraitsChanged) and isinstance(bare, TraitsChanged)
    assert (known.customer, known.source, known.traits) == (
        "user:42",
        "customers",
        {"age": 41, "address.city": "Delft"},
    )
    assert (bare.customer, bare.traits) == ("user:7", {})


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ({}, "products[1].product_id: got None, expected a non-empty string"),
        (7, "products[1]: got 7, expected an object"),
        ({"product_id": 7}, "products[1].product_id: got 7, expected a string"),
        ({"product_id": " "}, "products[1].product_id: got ' ', expected a non-empty string"),
        ({"product_id": "p", "price": "4.99"}, "products[1].price: got '4.99', expected a number or an object"),
        ({"product_id": "p", "price": -1}, "products[1].price: got -1, expected a number of at least 0"),
        ({"product_id": "p", "price": {"currency": "EUR"}}, "products[1].price.amount: got None, expected a value"),
        ({"product_id": "p", "price": {"amount": True}}, "products[1].price.amount: got True, expected a number"),
        ({"product_id": "p", "in_stock": "yes"}, "products[1].in_stock: got 'yes', expected true or false"),
        ({"product_id": "p", "regions": "north"}, "products[1].regions: got 'north', expected a list"),
        ({"product_id": "p", "regions": ["a", ""]}, "products[1].regions[1]: got '', expected a string of at least 1"),
        ({"product_id": "p", "regions": ["a"] * 10_001}, "products[1].regions: got '10001 regions', expected at most"),
        ({"product_id": "p", "name": "x" * 9000}, "products[1].name: got 'xxx"),
        ({"product_id": "p", "categroy": "DAIRY"}, "products[1].categroy: got 'DAIRY', expected no field of this name"),
        ({"product_id": "p", "attributes": {"n": 2**70}}, "products[1].attributes.n: got 1180591620717411303424"),
    ],
)
def test_a_refused_product_takes_no_other_with_it(entry: Any, told: str) -> None:
    parsed = products({"product_id": "milk"}, entry, {"product_id": "bread"})
    assert len(parsed.events) == 2
    (refused,) = parsed.refused
    assert refused.index == 1 and told in refused.message and json.dumps(entry).startswith(refused.raw)


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ({"traits": {}}, "customers[0].customer_id: got None, expected a non-empty string"),
        ({"customer_id": 42}, "customers[0].customer_id: got 42, expected a string"),
        ({"customer_id": "42", "traits": 3}, "customers[0].traits: got 3, expected an object of names and values"),
        ({"customer_id": "42", "age": 3}, "customers[0].age: got 3, expected no field of this name"),
    ],
)
def test_a_refused_customer_says_why(entry: Any, told: str) -> None:
    (refused,) = customers(entry).refused
    assert told in refused.message


def test_a_refused_customer_is_known_by_name() -> None:
    (refused,) = customers({"customer_id": "42", "age": 3}).refused
    assert refused.customer == "user:42"


@pytest.mark.parametrize(("parse", "noun"), [(parse_products, "products"), (parse_customers, "customers")])
def test_a_body_of_another_shape_is_refused_whole(parse: Callable[..., Parsed], noun: str) -> None:
    for body, field in ((b"", "body"), (b"[]", "body"), (b"{}", noun), (b'{"%s": {}}' % noun.encode(), noun)):
        with pytest.raises(InvalidValue) as refused:
            parse(body, received=NOON)
        assert refused.value.field == field
