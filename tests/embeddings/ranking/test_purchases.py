"""Purchases of a set's products, as columns."""

from embeddings.ranking.purchases import Purchases
from graph import DAY, Instant
from tests.embeddings.ranking.shelf import AS_OF, PRODUCTS, edges_of

LINES = [(0, 3, 20, 100), (1, 5, 10, 200), (0, 3, 4, 300)]


def test_rows_are_those_of_the_set_and_ordered_by_time() -> None:
    bought = Purchases.of(edges_of(LINES), PRODUCTS)
    assert bought.product.tolist() == [3, 5, 3] and bought.value.tolist() == [100, 200, 300]
    assert bought.customer.tolist() == [0, 1, 0] and len(bought) == 3


def test_products_that_are_not_of_the_set_are_left_out() -> None:
    bought = Purchases.of(edges_of(LINES), PRODUCTS[:4])
    assert bought.product.tolist() == [3, 3] and bought.num_products == 4


def test_until_keeps_what_came_before() -> None:
    bought = Purchases.of(edges_of(LINES), PRODUCTS).until(Instant(AS_OF - 9 * DAY))
    assert bought.value.tolist() == [100, 200]
