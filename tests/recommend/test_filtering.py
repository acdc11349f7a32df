"""Filtering: each check takes out what it must, and a narrow list is filled again."""

from time import perf_counter

import pytest

from graph import DAY, InteractionKind, Product, ProductId
from recommend.answers import PlacementRequest, RecommendationRequest
from recommend.filtering import MAX_LOOKED_AT
from recommend.narrowing import MAX_EVALUATIONS
from tests.recommend.shop import NOW, Shop, profile, recent, said, shop_with, visitor
from tests.recommend.shop import product as goods


def dropped(shop: Shop, product: str, **wanted: object) -> str:
    asker = wanted.pop("asker", None)
    name = str(wanted.pop("name", "homepage"))
    trace = shop.trace(asker, name, **wanted)  # type: ignore[arg-type]
    return next(entry.why for entry in trace.dropped if entry.product_id == product)


def test_each_removal_says_why(shop: Shop) -> None:
    in_cart = profile("anna", cart_rows=tuple(recent("butter", kind=InteractionKind.ADDED_TO_CART)))
    stated = {
        "disliked_products": said(["milk"]),
        "disliked_brands": said(["Hops"]),
        "disliked_categories": said(["BABY"]),
    }
    picky = profile("anna", preferences=stated)
    sulking, dismissed = visitor("milk"), recent("butter", kind=InteractionKind.DISMISSED)
    sulking = profile("anna", recent=sulking.recent.with_rows(list(dismissed), 9))
    assert dropped(shop, "tea") == "it is out of stock, retired or not in the catalogue"
    assert dropped(shop, "butter", asker=in_cart) == "it lies in the cart"
    assert dropped(shop, "milk", asker=picky) == "it is disliked"
    assert dropped(shop, "beer", asker=picky) == "its brand is disliked"
    assert dropped(shop, "wipes", asker=picky) == "its category is disliked"
    assert dropped(shop, "butter", asker=sulking) == "it was dismissed in this session"
    assert dropped(shop, "milk", exclude=("milk",)) == "the request excludes it"
    assert dropped(shop, "milk", filter='category != "DAIRY"') == "the request's filter does not let it through"
    assert dropped(shop, "milk", asker=profile("anna"), name="discover") == "it was bought before"
    assert (
        dropped(shop, "chips", name="product_page", product_id="beer", exclude=("chips",)) == "the request excludes it"
    )


@pytest.mark.parametrize(
    ("wish", "value", "product"),
    [
        ("brands", " hOPS ", "beer"),
        ("categories", "household", "beer"),
        ("categories", "baby", "wipes"),
        ("categories", " Butter", "butter"),
    ],
)
def test_a_dislike_holds_whatever_its_case_and_outer_spaces(shop: Shop, wish: str, value: str, product: str) -> None:
    shop.catalogue.put(goods("beer", department="HOUSEHOLD "))
    picky = profile("dan" if product == "beer" else "anna", preferences={f"disliked_{wish}": said([value])})
    assert dropped(shop, product, asker=picky) == f"its {'brand' if wish == 'brands' else 'category'} is disliked"
    assert product not in shop.ids(picky, k=10)


def test_what_was_just_bought_comes_back_after_the_placements_days() -> None:
    shop = shop_with("sources: {buy_again: 10}\nweights: {buy_again: 1}\nfilters: {just_bought_days: 5}")
    asker = profile("anna", last_seen=NOW)
    assert "milk" not in shop.ids(asker, "place", k=10)
    assert "milk" in shop.ids(asker, "place", k=10, now=NOW + 5 * DAY)  # type: ignore[arg-type]


def test_what_is_bought_once_stays_away_only_in_its_categories() -> None:
    shop = shop_with("sources: {buy_again: 10}\nweights: {buy_again: 1}\nfilters: {bought_once: [BABY]}")
    assert not {"nappies", "wipes"} & set(shop.ids(profile("finn"), "place", k=10))
    assert shop.ids(profile("anna"), "place", k=1) == ["milk"]


def test_the_placements_own_filter_always_holds() -> None:
    shop = shop_with("sources: {popular: 10}\nweights: {popular: 1}\nfilters: {where: 'price < 200'}")
    assert sorted(shop.ids(None, "place", k=10)) == ["beer", "chips", "milk", "oat milk"]


def test_a_narrow_filter_is_filled_from_products_no_source_found() -> None:
    shop = shop_with("sources: {popular: 1}\nweights: {popular: 1}")
    wanted = PlacementRequest(name="place", k=10, filter='category == "BABY"')
    answer = shop.answer(profile("anna"), wanted)
    assert sorted(item.product_id for item in answer.placements[0].items) == ["nappies", "wipes"]
    assert answer.degraded == ()


def test_an_exclusion_that_empties_the_sources_is_filled_again() -> None:
    shop = shop_with("sources: {popular: 2}\nweights: {popular: 1}")
    assert len(shop.ids(None, "place", k=5, exclude=("milk", "beer"))) == 5


def test_a_filter_that_cannot_be_checked_in_time_leaves_out_and_says_so() -> None:
    shop = shop_with("sources: {popular: 10}\nweights: {popular: 1}")
    for number in range(MAX_EVALUATIONS + 100):
        shop.catalogue.put(Product(id=ProductId(f"p{number}"), name=f"name {number}"))
    answer = shop.answer(None, PlacementRequest(name="place", k=3, filter='name == "nothing"'))
    assert answer.placements[0].items == ()
    assert answer.degraded == ("filter",)


def crowded() -> Shop:
    """The shop with more products than one list looks at, and three of a rare brand among the least popular."""
    shop = shop_with("sources: {popular: 5}\nweights: {popular: 1}")
    for number in range(MAX_LOOKED_AT + 1000):
        shop.catalogue.put(Product(id=ProductId(f"p{number}"), name=f"name {number}", price=1000 + number % 4000))
    for identifier, price in (("yacht", 900_000), ("match", 5), ("28897", 700)):
        shop.catalogue.put(Product(id=ProductId(identifier), name=identifier, price=price, brand="Rare"))
    return shop


@pytest.mark.parametrize(
    "condition, expected",
    [
        ("price > 5000", ["yacht"]),
        ("price < 10", ["match"]),
        ('id == "28897"', ["28897"]),
        ('brand in ["Rare"] && price >= 700 && name.size() == 5', ["28897", "yacht"]),
        ('brand == "Rare" && in_stock && id in ["match", "milk"]', ["match"]),
        ('brand != "" && price > 100000', ["yacht"]),
        ("!in_stock", []),
        ("price in [5, 900000]", ["match", "yacht"]),
    ],
)
def test_a_condition_on_products_nobody_buys_is_filled(condition: str, expected: list[str]) -> None:
    wanted = PlacementRequest(name="place", k=5, filter=condition)
    answer = crowded().answer(None, wanted)
    assert sorted(item.product_id for item in answer.placements[0].items) == expected
    assert answer.degraded == ()


def test_a_product_just_added_is_found_by_its_condition() -> None:
    shop = crowded()
    wanted = PlacementRequest(name="place", k=5, filter='category == "NEW" && name.startsWith("Fresh")')
    assert shop.answer(None, wanted).placements[0].items == ()
    shop.catalogue.put(Product(id=ProductId("fresh"), name="Fresh bread", category="NEW"))
    assert [item.product_id for item in shop.answer(None, wanted).placements[0].items] == ["fresh"]


def test_a_deadline_bounds_what_a_condition_costs() -> None:
    shop = crowded()
    texts = ", ".join(f'"{number:05}"' for number in range(200))
    costly = f'name != "milk" && !(name in [{texts}]) && name.matches("^(a|b)*x$")'
    request = RecommendationRequest(placements=(PlacementRequest(name="place", k=5, filter=costly),))

    def answered(deadline_ms: float | None) -> tuple[float, tuple[str, ...]]:
        start = perf_counter()
        answer = shop.recommender.recommend(
            request,
            profile=None,
            snapshot=shop.snapshot,
            catalogue=shop.catalogue,
            now=NOW,
            recommendation_id="r1",
            deadline_ms=deadline_ms,
        )
        return perf_counter() - start, answer.degraded

    shop.answer(None, PlacementRequest(name="place", k=1))
    seconds, degraded = answered(1)
    assert degraded == ("deadline", "filter")
    assert seconds < 0.1
    assert answered(None)[1] == ("filter",)
