"""How baskets are parted, lists are measured, and an interval is drawn."""

import numpy as np
import pytest

from benchmarks.in_session import Basket, gained, ndcg, parted, with_cart
from embeddings.evaluation import Split, time_split
from graph import DAY, CustomerId, Instant, ProductId, Profile
from tests.embeddings.ranking.shelf import AS_OF, edges_of

A, B, C, D = (ProductId(name) for name in "abcd")


def split() -> Split:
    lines = [(0, 1, 60, 100), (0, 2, 10, 100), (0, 3, 10, 100), (0, 4, 10, 100), (1, 5, 9, 100), (1, 6, 9, 100)]
    return time_split(edges_of(lines), Instant(AS_OF - 30 * DAY))


def test_half_of_a_basket_is_the_session_and_strangers_have_none() -> None:
    (basket,) = parted(split(), 0, np.random.default_rng(0))
    assert basket.customer == "user:00" and len(basket.session) == 1 and len(basket.rest) == 2
    assert {*basket.session, *basket.rest} == {"p02", "p03", "p04"}
    assert parted(split(), 0, np.random.default_rng(0)) == [basket]


def test_a_product_page_is_that_of_the_first_product_and_the_rest_is_to_be_found() -> None:
    basket = Basket(CustomerId("user:1"), (A, B), frozenset({C})).after_its_first()
    assert basket.session == (A,) and basket.rest == frozenset({B, C})


def test_a_list_is_worth_what_it_finds_of_the_rest() -> None:
    baskets = [Basket(CustomerId("user:1"), (A,), frozenset({B, C}))] * 3
    values = ndcg([[B, C], [D, D, B], []], baskets)
    assert values.tolist() == pytest.approx([1.0, 0.5 / (1 + 1 / np.log2(3)), 0.0])


def test_a_household_is_drawn_with_all_its_baskets() -> None:
    baskets = [Basket(CustomerId(f"user:{number // 5}"), (A,), frozenset({B})) for number in range(50)]
    ours, theirs = np.full(50, 0.3), np.full(50, 0.2)
    found = gained(ours, theirs, baskets, np.random.default_rng(0))
    assert found["relative"] == pytest.approx(0.5) and found["interval"] == pytest.approx([0.1, 0.1])


def test_what_is_in_the_session_is_its_session_and_its_cart() -> None:
    shopper = with_cart(Profile(customer=CustomerId("user:1")), (A, B, C), AS_OF)
    assert [row.product for row in shopper.session(AS_OF)] == [A, B, C] == list(shopper.cart(AS_OF))
