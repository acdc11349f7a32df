"""Filters: CEL over a product, refused with the column where they are wrong."""

import pytest

from graph import InvalidValue, Product, ProductId
from recommend.placements import ProductFilter
from recommend.placements.filter_text import Comparison
from recommend.placements.product_filter import COLUMNS, MAX_REMEMBERED, MAX_SHARED
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
        ('name.matches("^M[a-z]+$") && size(name) == 4', True),
        ('has(attributes.organic) && !(brand == "it\'s [a].map(b, c)")', True),
        ("price + 80 == 200 && price in [120, 121]", True),
        ('"organic" in attributes && string(price) == "120"', True),
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


@pytest.mark.parametrize(
    "expression, allowed",
    [
        ('"north" in regions', ["north", "both", "everywhere"]),
        ('"south" in regions || "west" in regions', ["both", "everywhere"]),
        ('("west" in regions || "north" in regions) && price < 500', ["north", "both", "everywhere"]),
        ('!("south" in regions)', ["north"]),
        ('"west" in regions', ["everywhere"]),
        ('"north" in regions && attributes.organic', []),
    ],
)
def test_a_product_that_names_no_region_is_in_every_region(expression: str, allowed: list[str]) -> None:
    held = {"north": ("north",), "both": ("north", "south"), "everywhere": ()}
    condition = ProductFilter(expression)
    assert [name for name, regions in held.items() if condition.allows(product("milk", regions=regions))] == allowed


def test_which_of_some_regions_is_a_plain_comparison() -> None:
    condition = ProductFilter('("a" in regions || "b" in regions) && "c" in regions && price < 5')
    assert condition.comparisons == (
        Comparison("regions", "in", ("a", "b")),
        Comparison("regions", "in", ("c",)),
        Comparison("price", "<", (5,)),
    )
    assert condition.unsettled == ()
    assert ProductFilter('"a" in regions || "b" in regions').comparisons == (Comparison("regions", "in", ("a", "b")),)
    for unsettled in ('"a" in regions || price < 5', '!("a" in regions)', '("a" in regions) || ("b" in regions)'):
        assert ProductFilter(unsettled).comparisons == () and "regions" in ProductFilter(unsettled).unsettled


def test_every_column_is_one_of_a_product() -> None:
    assert all(hasattr(MILK, column) for column in COLUMNS)


def test_a_filter_said_twice_is_compiled_once() -> None:
    assert ProductFilter.of("price < 1") is ProductFilter.of("price < 1")


@pytest.mark.parametrize(
    "expression, expected",
    [
        ("[name]" + ".map(a,a+a+a+a+a+a+a+a+a)" * 7 + "[0].size() < 0", "column 1: a list only after 'in'"),
        ("attributes.tags.all(tag, tag == 1)", "column 20: 'all' cannot be called, only contains"),
        ("attributes.tags.exists(tag, tag == 1)", "'exists' cannot be called"),
        ("attributes.tags.exists_one(tag, tag == 1)", "'exists_one' cannot be called"),
        ("attributes.tags.filter(tag, tag == 1) == 1", "'filter' cannot be called"),
        ("attributes.tags\n  . map (tag, tag) == 1", "line 2, column 9: 'map' cannot be called"),
        ("name in [name]", "column 9: only literals in a list"),
        ('name in ["a"].map(a, a)', "'map' cannot be called"),
        ('{"a": 1}.a == 1', "column 1: '{' is none of"),
        ('name + name == "x"', "column 6: '+' only beside a number or the price"),
        ("attributes.price + attributes.price == name", "'+' only beside"),
        ("attributes[name] == 1", "a literal as the key"),
        ("name.matches(brand)", "matches of one literal pattern"),
        (f'name.matches("{"a" * 101}")', "at most 100 characters"),
        ('name.matches("((a{99}){99}){99}")', "without braces"),
        ('matches(name, "a")', "matches of one literal pattern"),
        ('name == r"a"', "without a prefix"),
        ('name == """a"""', "one pair of quotes"),
        ("in_stock // && in_stock", "no comments"),
        ("size(regions) == 0", "column 6: regions only as in '\"north\" in regions'"),
        ('regions == ["north"]', "column 1: regions only as in"),
        ("category in regions", "column 13: regions only as in"),
        ('"no\\x72th" in regions', "the text without backslashes"),
        ("(" * 17 + "in_stock" + ")" * 17, "column 17: brackets at most 16 deep"),
        ("!" * 101 + "in_stock", "column 101: at most 100 operators"),
        ("in_stock" + " " * 2000, "column 2001: at most 2000 characters"),
    ],
)
def test_what_could_cost_more_than_its_length_is_refused(expression: str, expected: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        ProductFilter(expression, "where")
    assert refused.value.field == "where"
    assert expected in str(refused.value)


def test_what_cel_gives_up_is_not_true() -> None:
    class GivesUp:
        def eval(self, data: object) -> None:
            raise RuntimeError("INTERNAL: Iteration budget exceeded")

    condition = ProductFilter('category == "DAIRY"')
    condition._compiled = GivesUp()
    assert not condition.allows(MILK)
    assert condition.possible("category", "DAIRY") == (True, True)


def test_plain_comparisons_are_known_and_the_rest_is_left() -> None:
    condition = ProductFilter(
        '500 > price && brand in ["Farm", "Hops",] && !in_stock && (id == "a" || category == "b")'
    )
    assert condition.comparisons == (
        Comparison("price", "<", (500,)),
        Comparison("brand", "in", ("Farm", "Hops")),
        Comparison("in_stock", "==", (False,)),
    )
    assert condition.unsettled == ("id", "category")
    assert ProductFilter("price < 5 || in_stock && price < 9").comparisons == ()
    assert ProductFilter('id == "\\x41" && price > -5').comparisons == ()


def test_what_a_condition_remembers_is_bounded() -> None:
    condition = ProductFilter('name == "x" && category == "y"')
    for number in range(MAX_REMEMBERED + 10):
        condition.allows(Product(id=ProductId("p"), name=str(number)))
        condition.possible("category", str(number))
    assert len(condition._remembered) <= MAX_REMEMBERED and len(condition._settled) <= MAX_REMEMBERED
    first = ProductFilter.of("price < 1")
    for number in range(MAX_SHARED):
        ProductFilter.of(f"price < {number + 10}")
    assert ProductFilter.of("price < 1") is not first
