"""Reasons: true counts, real paths, and nobody else's name."""

import re

from graph import InteractionKind
from recommend.answers import Item, Reason
from tests.recommend.shop import BASKETS, Shop, buyers, profile, recent, shop_with, together, visitor


def reason(items: tuple[Item, ...], product: str, kind: str) -> Reason:
    item = next(item for item in items if item.product_id == product)
    return next(held for held in item.reasons if held.kind == kind)


def test_buy_again_counts_the_purchases_and_names_the_last_day(shop: Shop) -> None:
    held = reason(shop.items(profile("anna")), "milk", "buy_again")
    assert held.text == "you bought it 3 times, last on 1 October"
    assert held.path == ("user:anna", "bought 3 times", "product:milk")


def test_bought_together_names_the_count_and_how_the_asker_came_by_the_other(shop: Shop) -> None:
    looking = reason(shop.items(None, "product_page", product_id="beer"), "chips", "bought_together")
    assert looking.text == "2 households took it with or soon after Beer, which you are looking at"
    bought = reason(shop.items(profile("anna"), k=10), "cheese", "bought_together")
    assert bought.text == "2 households took it with or soon after Milk, which you bought 3 times"
    assert bought.path == ("user:anna", "product:milk", "2 households", "product:cheese")


def test_a_session_reason_names_what_was_looked_at(shop: Shop) -> None:
    held = reason(shop.items(visitor("nappies"), k=2), "wipes", "session")
    assert held.text == "close to Nappies, which you looked at just now"
    assert held.path == ("anon:phone", "product:nappies", "product:wipes")


def test_a_cart_reason_says_so() -> None:
    shop = shop_with("sources: {bought_together: 10}\nweights: {bought_together: 1}")
    asker = visitor("milk")
    asker = profile("finn", cart_rows=tuple(recent("beer", kind=InteractionKind.ADDED_TO_CART)))
    held = reason(shop.items(asker, "place"), "chips", "bought_together")
    assert held.text.endswith("Beer, which lies in your cart")


def test_same_content_names_what_is_shared(shop: Shop) -> None:
    held = reason(shop.items(None, "product_page", product_id="milk", k=10), "oat milk", "same_content")
    assert held.text == "MILK, like Milk, which you are looking at"
    assert held.path == ("visitor", "product:milk", "subcategory:MILK", "product:oat milk")


def test_every_count_in_every_reason_is_that_of_the_baskets(shop: Shop) -> None:
    pairs, checked = together(), 0
    askers = [None, *(profile(customer) for customer in BASKETS), visitor("beer", "milk"), visitor("nappies")]
    for asker in askers:
        for name, page in (("homepage", None), ("discover", None), ("product_page", "milk"), ("product_page", "beer")):
            for item in shop.items(asker, name, product_id=page, k=10):
                assert len(item.reasons) <= 2
                assert len({held.kind for held in item.reasons}) == len(item.reasons)
                for held in item.reasons:
                    numbers = [int(number) for number in re.findall(r"\b\d+\b", held.text)]
                    checked += 1
                    match held.kind:
                        case "popular":
                            assert numbers == [len(buyers(item.product_id))]
                        case "bought_together":
                            other = held.path[1].removeprefix("product:")
                            assert numbers[0] == pairs[other, item.product_id]
                        case "similar_customers":
                            taken = buyers(item.product_id)
                            mine = set() if asker is None else {asker.customer.removeprefix("user:")}
                            assert 2 <= numbers[0] <= min(numbers[1], len(taken - mine))
                        case "buy_again":
                            assert asker is not None
                            baskets = BASKETS[asker.customer.removeprefix("user:")].values()
                            times = sum(item.product_id in basket for basket in baskets)
                            said = {1: "once", 2: "twice"}.get(times, f"{times} times")
                            assert f"you bought it {said}" in held.text
                    for node in held.path:
                        assert not node.startswith("user:") or (asker is not None and node == asker.customer)
                    assert not any(customer in held.text for customer in BASKETS)
    assert checked > 50


def test_similar_customers_are_counted_by_their_purchases(shop: Shop) -> None:
    held = reason(shop.items(visitor("milk"), k=10), "milk", "similar_customers")
    assert held.text.startswith("3 of the ") and held.text.endswith(" households most like you bought it")
