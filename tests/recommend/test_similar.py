"""Similar products and customers, with what they share."""

import pytest

from graph import NotFound, ProductId
from recommend.similar import similar_customers, similar_products
from tests.recommend.shop import NOW, Shop, categories, profile


def test_similar_products_are_sellable_and_not_the_product_itself(shop: Shop) -> None:
    assortment = shop.recommender.assortment(shop.snapshot, shop.catalogue)
    items = similar_products(assortment, ProductId("milk"), 3, "households")
    assert [item.rank for item in items] == [1, 2, 3]
    assert categories(item.product_id for item in items) == {"DAIRY"}
    butter = next(item for item in items if item.product_id == "butter")
    assert butter.reasons[0].text == "2 households took it with or soon after this one"
    assert butter.reasons[1].path == ("product:milk", "category:DAIRY", "product:butter")


def test_a_product_without_a_vector_has_none_and_an_unknown_one_is_not_found(shop: Shop) -> None:
    assortment = shop.recommender.assortment(shop.snapshot, shop.catalogue)
    assert similar_products(assortment, ProductId("oat milk"), 3) == []
    with pytest.raises(NotFound, match="no product with id 'unicorn'"):
        similar_products(assortment, ProductId("unicorn"), 3)


def test_similar_customers_share_products_and_leave_out_the_asker(shop: Shop) -> None:
    assortment = shop.recommender.assortment(shop.snapshot, shop.catalogue)
    found = similar_customers(shop.snapshot, shop.recommender.visitor(profile("dan"), assortment, NOW), 2)
    assert (found[0].customer_id, found[0].shared_products) == ("eva", 2)
    assert found[0].reasons[0].text == "you both bought 2 products"
    assert "dan" not in [other.customer_id for other in found]
    assert similar_customers(shop.snapshot, shop.recommender.visitor(None, assortment, NOW), 2) == []
