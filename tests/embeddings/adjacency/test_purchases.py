"""Purchases, buyers and popularity."""

import numpy as np
import pytest

from embeddings.adjacency import basket_lines, buyers, popularity, purchases
from graph import DAY, Instant, InteractionKind
from tests.embeddings.greengrocer import AS_OF, CUSTOMERS, PRODUCTS, purchases_of

LINES = basket_lines(purchases_of(), CUSTOMERS, PRODUCTS)
NOW = Instant(AS_OF)


def test_purchases_count_baskets_and_fade_by_half_in_sixty_days() -> None:
    columns, counts, strengths = purchases(LINES, 5, NOW).of(0)
    assert [PRODUCTS[column] for column in columns] == ["apple", "pear"]
    assert counts.tolist() == [2, 1]
    assert strengths == pytest.approx([1.5, 0.5])


def test_a_customer_who_bought_nothing_has_an_empty_row() -> None:
    assert len(purchases(LINES, 5, NOW).of(4)[0]) == 0


def test_buyers_are_the_strongest_first_with_ties_by_row() -> None:
    found = buyers(LINES, 5, NOW)
    assert found.of(0)[0].tolist() == [0, 1, 2]
    assert found.of(0)[1].tolist() == [2, 1, 1]
    assert buyers(LINES, 5, NOW, k=1).of(0)[0].tolist() == [0]


def test_popularity_counts_each_customer_once_by_their_last_purchase() -> None:
    assert popularity(LINES, NOW) == pytest.approx([1 + 0.5 + 0.5, 3 * 0.25, 3 * 2 ** (-118 / 60), 0, 1.5])


def test_a_purchase_after_the_window_counts_once_and_no_more() -> None:
    assert popularity(LINES, Instant(AS_OF - 60 * DAY))[0] == pytest.approx(3)


def test_a_product_twice_in_a_basket_is_one_line_and_without_orders_an_instant_is_a_basket() -> None:
    lines = (("ann", "apple", 1, 0), ("ann", "apple", 1, 0), ("ann", "apple", 2, -1), ("ann", "pear", 2, -1))
    found = basket_lines(purchases_of(lines), CUSTOMERS, PRODUCTS)
    assert len(found) == 3
    assert len(set(found.basket[found.customer == 0].tolist())) == 2


def test_other_kinds_and_unknown_products_are_no_purchases() -> None:
    edges = purchases_of()
    edges.kind[:] = list(InteractionKind).index(InteractionKind.VIEWED)
    assert len(basket_lines(edges, CUSTOMERS, PRODUCTS)) == 0
    assert len(basket_lines(purchases_of(), CUSTOMERS, PRODUCTS[:1])) == 4


def test_customers_without_a_vector_count_for_products_but_have_no_row() -> None:
    lines = basket_lines(purchases_of(), CUSTOMERS[:1], PRODUCTS)
    assert popularity(lines, NOW)[0] == pytest.approx(2)
    assert purchases(lines, 1, NOW).offsets.tolist() == [0, 2]
    assert buyers(lines, 1, NOW).of(0)[0].tolist() == [0]
    assert np.array_equal(np.unique(lines.customer), [0, 1, 2, 3])
