"""Assortment: what is made of the catalogue beforehand follows it as it changes."""

from graph import Product, ProductId
from recommend.assortment import Assortment
from tests.recommend.shop import Shop, product


def assortment(shop: Shop) -> Assortment:
    return shop.recommender.assortment(shop.snapshot, shop.catalogue)


def popular_in(shop: Shop, category: str) -> list[str]:
    code = shop.catalogue.categories.find(category)
    held = assortment(shop)
    return [held.ids[row] for row in held.popular_in(code or 0)]


def of_category(shop: Shop, category: str) -> list[str]:
    code = shop.catalogue.categories.find(category)
    return [shop.catalogue.ids[place] for place in assortment(shop).of_category(code or 0)]


def test_the_popular_of_a_category_follow_a_product_that_moves(shop: Shop) -> None:
    assert popular_in(shop, "DAIRY") == ["milk", "butter", "cheese", "yoghurt", "oat milk"]
    shop.catalogue.put(product("butter", category="SNACKS"))
    assert popular_in(shop, "DAIRY") == ["milk", "cheese", "yoghurt", "oat milk"]
    assert set(popular_in(shop, "SNACKS")) == {"butter", "chips"}


def test_the_products_of_a_category_follow_what_moves_and_what_is_new(shop: Shop) -> None:
    assert of_category(shop, "BABY") == ["nappies", "wipes"]
    shop.catalogue.put(product("wipes", category="DRINKS"))
    shop.catalogue.put(Product(id=ProductId("rusk"), category="BABY"))
    assert of_category(shop, "BABY") == ["nappies", "rusk"]
    assert of_category(shop, "DRINKS") == ["beer", "tea", "wine", "wipes"]


def test_a_list_from_a_page_follows_its_category(shop: Shop) -> None:
    assert shop.trace(None, "product_page", product_id="yoghurt").candidates["same_content"] == 5
    shop.catalogue.put(product("butter", category="ELSEWHERE"))
    assert shop.trace(None, "product_page", product_id="yoghurt").candidates["same_content"] == 4


def test_generation_changes_with_rows_and_descriptions_alone(shop: Shop) -> None:
    begun = assortment(shop).generation
    shop.catalogue.put(product("milk", price=1, in_stock=False))
    assert assortment(shop).generation == begun
    shop.catalogue.put(Product(id=ProductId("rusk"), category="BABY"))
    grown = assortment(shop).generation
    assert grown != begun
    shop.catalogue.put(Product(id=ProductId("rusk"), category="DAIRY"))
    assert assortment(shop).generation not in (begun, grown)
