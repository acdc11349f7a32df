"""Selection: diversity by likeness and by bounds."""

from tests.recommend.shop import PRODUCTS, categories, shop_with, visitor


def test_a_penalty_for_likeness_mixes_the_list() -> None:
    alike = shop_with("k: 3\nsources: {neighbours: 20, popular: 20}\nweights: {session: 1, popular: 0.5}")
    mixed = shop_with(
        "k: 3\nsources: {neighbours: 20, popular: 20}\nweights: {session: 1, popular: 0.5}\ndiversity: {penalty: 1}"
    )
    assert categories(alike.ids(visitor("milk"), "place")) == {"DAIRY"}
    assert len(categories(mixed.ids(visitor("milk"), "place"))) > 1


def test_bounds_hold_as_long_as_there_is_something_else() -> None:
    bound = "sources: {popular: 20}\nweights: {popular: 1}\ndiversity: {per_brand: 1}"
    shop = shop_with(bound)
    brands = [PRODUCTS[product][2] for product in shop.ids(None, "place", k=4)]
    assert len(set(brands)) == 4
    assert len(shop.ids(None, "place", k=10)) == 10


def test_subcategories_are_bounded_too() -> None:
    shop = shop_with("sources: {same_content: 20}\nweights: {same_content: 1}\ndiversity: {per_subcategory: 1}")
    shown = shop.ids(None, "place", product_id="butter", k=3)
    assert len({"milk", "oat milk"} & set(shown)) == 1
