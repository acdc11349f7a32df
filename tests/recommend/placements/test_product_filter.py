"""Filters: CEL over a product, refused with the column where they are wrong."""

import pytest

from graph import InvalidValue, Product, ProductId
from recommend.placements import ProductFilter
from recommend.placements.product_filter import COLUMNS
from tests.recommend.shop import product

MILK = product("milk", attributes={"organic": True, "fat": 3.5})


@pytest.mark.parametrize(
    "expression, allowed",
    [
        ('price < 500 && category == "DAIRY"', True),
        ('price > 500 || category == "BABY"', False),
        ('brand in ["Farm", "Alpine"] && in_stock', True),
        ("attributes.organic == true", True),
        ("attributes.fat > 3.0", True),
        ('attributes["sugar"] == 1', False),
        ('name.startsWith("Mi")', True),
        ('id == "milk" && subcategory == "MILK" && package_size == "" && currency == "" && manufacturer == ""', True),
    ],
)
def test_a_condition_says_which_products_pass(expression: str, allowed: bool) -> None:
    assert ProductFilter(expression).allows(MILK) is allowed
    assert ProductFilter(expression).allows(MILK) is allowed


@pytest.mark.parametrize(
    "expression, expected",
    [
        ("prise < 5", "column 1: undeclared reference to 'prise'"),
        ('price < "five"', "column 7: found no matching overload"),
        ("price < 5.0", "column 7: found no matching overload"),
        ("price <", "column 8: Syntax error"),
        ("price", "column 1: it is INT"),
        ("", "column 1"),
        ("in_stock &&\n  color == 1", "line 2, column 3: undeclared reference to 'color'"),
    ],
)
def test_what_is_no_condition_is_refused_with_its_column(expression: str, expected: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        ProductFilter.of(expression)
    assert refused.value.field == "filter" and refused.value.value == expression
    assert expected in str(refused.value)


def test_a_product_without_a_price_passes_no_condition_on_its_price() -> None:
    free = Product(id=ProductId("gift"))
    assert not ProductFilter("price < 500").allows(free)
    assert not ProductFilter("price >= 500").allows(free)
    assert ProductFilter('price < 500 || id == "gift"').allows(free)


def test_a_condition_knows_the_columns_it_names() -> None:
    assert ProductFilter('price < 500 && category == "brand"').columns == ("category", "price")


def test_some_columns_may_settle_it() -> None:
    condition = ProductFilter('price < 500 && category == "DAIRY"')
    assert condition.possible("category", "BABY") == (False, True)
    assert condition.possible("category", "DAIRY") == (True, True)
    assert condition.possible("category", "BABY") == (False, False)


def test_every_column_is_one_of_a_product() -> None:
    assert all(hasattr(MILK, column) for column in COLUMNS)


def test_a_filter_said_twice_is_compiled_once() -> None:
    assert ProductFilter.of("price < 1") is ProductFilter.of("price < 1")
