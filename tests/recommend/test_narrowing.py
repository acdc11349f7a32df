"""Narrowing: conditions go into the search, and what the catalogue's columns say agrees with CEL."""

import numpy as np
import pytest
from msgspec.structs import replace

from graph import Product, ProductId
from recommend.narrowing import Narrowing, narrowing_for
from recommend.placements import ProductFilter
from tests.recommend.shop import PRODUCTS, Shop, product, profile, shop_with

SETTLED = [
    '"north" in regions',
    '"north" in regions || "south" in regions',
    '("east" in regions || "south" in regions) && price < 500 && brand != "Farm"',
    '"nowhere" in regions && in_stock',
    'category == "DAIRY"',
    'category != "DAIRY" && price >= 200',
    'brand in ["Farm", "Hops"] && price < 500',
    "price != 199 && price <= 899",
    "price in [120, 299] && in_stock",
    "price == 250",
    "200 > price",
    'id in ["milk", "beer", "nobody"]',
    'subcategory == "no such"',
    "!in_stock",
]
UNSETTLED = [
    '"north" in regions || price < 200',
    '!("north" in regions) && category == "DAIRY"',
    'category == "DAIRY" || price < 200',
    'category.startsWith("D") && brand != "Farm"',
    'name.contains("e") && price > 100',
    'id != "milk"',
]


REGIONS = {"milk": ("north",), "beer": ("north", "south"), "wipes": ("south",), "cheese": ("east",)}


@pytest.fixture
def shop() -> Shop:
    """The shop with some products that are sold in some regions only."""
    shop = Shop()
    for name, regions in REGIONS.items():
        shop.catalogue.put(product(name, regions=regions))
    return shop


def narrowing(shop: Shop, condition: str) -> Narrowing:
    assortment = shop.recommender.assortment(shop.snapshot, shop.catalogue)
    return narrowing_for(shop.placements.place("homepage"), condition, assortment)


def sold(shop: Shop) -> list[str]:
    return [held.id for held in shop.catalogue.products if held.in_stock and not held.retired]


def of(held: Narrowing) -> set[str]:
    assert held.selection is not None
    return {held.assortment.ids[row] for row in held.selection.listed().tolist()}


@pytest.mark.parametrize("condition", SETTLED)
def test_columns_say_what_cel_says(shop: Shop, condition: str) -> None:
    expected = {name for name in sold(shop) if ProductFilter.of(condition).allows(shop.catalogue.get(ProductId(name)))}  # type: ignore[arg-type]
    held = narrowing(shop, condition)
    rows = held.assortment.rows(sold(shop))
    kept = held.allows(held.conditions[0][1], rows, np.ones(len(rows), dtype=np.bool_))
    assert of(held) == expected == {held.assortment.ids[row] for row in rows[kept].tolist()}
    assert held.evaluations == 0


@pytest.mark.parametrize("condition", UNSETTLED)
def test_what_columns_cannot_settle_is_never_ruled_out_by_them(shop: Shop, condition: str) -> None:
    expected = {name for name in sold(shop) if ProductFilter.of(condition).allows(shop.catalogue.get(ProductId(name)))}  # type: ignore[arg-type]
    held = narrowing(shop, condition)
    assert expected <= of(held) <= set(sold(shop))
    rows = held.assortment.rows(sold(shop))
    kept = held.allows(held.conditions[0][1], rows, np.ones(len(rows), dtype=np.bool_))
    assert {held.assortment.ids[row] for row in rows[kept].tolist()} == expected


def test_the_nearest_that_a_condition_allows_are_found_however_many_others_are_nearer() -> None:
    shop = shop_with("sources: {neighbours: 2}\nweights: {long_term: 1}")
    trace = shop.trace(profile("anna"), "place", k=2, filter='category == "BABY"')
    assert trace.candidates == {"neighbours": 2}
    assert trace.dropped == ()
    assert sorted(shop.ids(profile("anna"), "place", k=2, filter='category == "BABY"')) == ["nappies", "wipes"]


def test_a_price_that_changes_is_searched_by_from_the_next_request_on() -> None:
    shop = shop_with("sources: {neighbours: 2}\nweights: {long_term: 1}")
    assert shop.ids(profile("anna"), "place", filter="price < 150") == ["milk", "chips"]
    shop.catalogue.put(product("cheese", price=99))
    shop.catalogue.put(product("milk", price=200))
    assert shop.ids(profile("anna"), "place", filter="price < 150") == ["cheese", "chips"]


def test_an_assortment_mostly_sold_out_is_searched_for_what_is_left() -> None:
    shop = shop_with("sources: {neighbours: 3}\nweights: {long_term: 1}")
    for sold_out in ("milk", "butter", "cheese"):
        shop.catalogue.put(replace(product(sold_out), in_stock=False))
    trace = shop.trace(profile("anna"), "place", k=3)
    assert trace.dropped == ()
    assert set(shop.ids(profile("anna"), "place", k=3)) <= set(PRODUCTS) - {"milk", "butter", "cheese", "tea"}


def test_many_changes_and_new_products_leave_the_columns_right(shop: Shop) -> None:
    narrowing(shop, "price == 7")
    for number in range(600):
        shop.catalogue.put(Product(id=ProductId(f"p{number}"), name="x", price=7 + number % 3, brand=f"b{number % 5}"))
        if number % 100 == 0:
            narrowing(shop, "price == 7")
    expected = {f"p{number}" for number in range(600) if number % 3 == 0 and number % 5 == 2}
    assert of(narrowing(shop, 'price == 7 && brand == "b2"')) == expected
