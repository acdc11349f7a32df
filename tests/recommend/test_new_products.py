"""Products that came after the training are found by what describes them, from the next request on."""

from dataclasses import replace

import numpy as np
import pytest

from embeddings.vectors.attribute_vectors import AttributeVectors, attribute_keys, attributes_of
from graph import Product, ProductId
from recommend.similar import similar_products
from tests.recommend.shop import BABY, DAIRY, PARTY, Shop, profile, shop_with, snapshot, visitor

PLACE = "sources: {neighbours: 4}\nweights: {long_term: 1, session: 1}"


def described() -> AttributeVectors:
    """Three categories, each as its products are; nothing else says anything."""
    names = [attributes_of(Product(id=ProductId("x"), category=text))[0][0] for text in ("DAIRY", "SNACKS", "BABY")]
    keys = attribute_keys(names)
    order = np.argsort(keys)
    vectors = np.array([DAIRY, PARTY, BABY], dtype=np.float32)[order]
    return AttributeVectors(keys[order], vectors, np.ones(3, dtype=np.float32))


@pytest.fixture
def shop() -> Shop:
    held = shop_with(PLACE)
    held.snapshot = replace(snapshot(), set=replace(snapshot().set, attributes=described()))
    return held


def new(identifier: str, category: str, **changes: object) -> Product:
    return Product(id=ProductId(identifier), name=identifier, category=category, **changes)  # type: ignore[arg-type]


def test_a_new_product_is_a_neighbour_from_the_next_request_on(shop: Shop) -> None:
    assert "salsa" not in shop.ids(profile("dan"), "place", k=9)
    shop.catalogue.put(new("salsa", "SNACKS"))
    listed = shop.ids(profile("dan"), "place", k=4)
    assert "salsa" in listed
    assert set(listed) <= {"beer", "chips", "wine", "salsa"}
    assert "salsa" not in shop.ids(profile("anna"), "place", k=4)


def test_a_new_product_meets_conditions_and_stock_like_any_other(shop: Shop) -> None:
    shop.catalogue.put(new("salsa", "SNACKS", price=350))
    assert shop.ids(profile("dan"), "place", filter="price > 300 && price < 400") == ["salsa"]
    shop.catalogue.put(new("salsa", "SNACKS", price=350, in_stock=False))
    assert shop.ids(profile("dan"), "place", filter="price > 300 && price < 400") == []


def test_a_new_product_moves_when_what_describes_it_changes(shop: Shop) -> None:
    shop.catalogue.put(new("thing", "UNHEARD OF"))
    assert "thing" not in shop.ids(profile("finn"), "place", k=4)
    shop.catalogue.put(new("thing", "BABY"))
    assert "thing" in shop.ids(profile("finn"), "place", k=4)
    shop.catalogue.put(new("thing", "SNACKS"))
    assert "thing" not in shop.ids(profile("finn"), "place", k=4)
    assert "thing" in shop.ids(profile("dan"), "place", k=4)


def test_a_look_at_a_new_product_moves_the_list(shop: Shop) -> None:
    shop.catalogue.put(new("rusk", "BABY"))
    items = shop.items(visitor("rusk"), "place", k=3)
    assert {item.product_id for item in items} == {"nappies", "wipes", "rusk"}
    others = [item for item in items if item.product_id != "rusk"]
    assert {reason.text for item in others for reason in item.reasons} <= {
        "close to rusk, which you looked at just now",
        "BABY, like rusk, which you looked at just now",
    }


def test_products_like_a_new_one_are_those_it_is_described_like(shop: Shop) -> None:
    shop.catalogue.put(new("salsa", "SNACKS"))
    assortment = shop.recommender.assortment(shop.snapshot, shop.catalogue)
    assert [item.product_id for item in similar_products(assortment, ProductId("salsa"), 2)] == ["beer", "chips"]
    assert "salsa" in [item.product_id for item in similar_products(assortment, ProductId("beer"), 2)]
    assert similar_products(assortment, ProductId("oat milk"), 1)[0].product_id in {"butter", "cheese", "milk"}


def test_what_nothing_describes_has_no_neighbours(shop: Shop) -> None:
    shop.catalogue.put(new("thing", "UNHEARD OF"))
    assortment = shop.recommender.assortment(shop.snapshot, shop.catalogue)
    assert similar_products(assortment, ProductId("thing"), 3) == []
    assert shop.ids(visitor("thing"), "place") == shop.ids(None, "place")
