"""Bought together."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.adjacency import basket_lines, bought_together
from embeddings.snapshot.serving_snapshot import Adjacency
from graph import CustomerId, ProductId
from tests.embeddings.greengrocer import CUSTOMERS, PRODUCTS, Line, purchases_of

LINES = basket_lines(purchases_of(), CUSTOMERS, PRODUCTS)
APPLE, BREAD, BUTTER, KÄSE, PEAR = range(5)


def neighbours(adjacency: Adjacency, row: int) -> dict[int, int]:
    columns, counts, _ = adjacency.of(row)
    return dict(zip(columns.tolist(), counts.tolist(), strict=True))


def test_products_of_one_basket_go_together_both_ways_by_their_distinct_customers() -> None:
    together = bought_together(LINES)
    assert neighbours(together, APPLE) == {PEAR: 3}
    assert neighbours(together, PEAR) == {APPLE: 3}
    assert neighbours(together, KÄSE) == {}


def test_what_is_bought_soon_after_goes_with_what_came_first_and_not_the_other_way() -> None:
    together = bought_together(LINES)
    assert neighbours(together, BREAD) == {BUTTER: 3}
    assert neighbours(together, BUTTER) == {}
    assert neighbours(bought_together(LINES, soon_days=1.0), BREAD) == {}


def test_a_strength_is_the_cosine_of_the_customers_shrunk() -> None:
    _, _, strengths = bought_together(LINES).of(APPLE)
    assert strengths == pytest.approx([3 / 3 * 3 / (3 + 5)])


def test_products_and_pairs_of_few_customers_are_left_out() -> None:
    assert not len(bought_together(LINES, fewest_customers=4).columns)
    assert not len(bought_together(LINES, fewest_together=4).columns)


def test_only_the_strongest_are_kept_strongest_first() -> None:
    lines: list[Line] = []
    for order, (name, products) in enumerate(
        {"ann": "abc", "bob": "abc", "cid": "abc", "dee": "ab", "eve": "ab", "fay": "c"}.items()
    ):
        lines += [(name, product, 1, order) for product in products]
    edges = purchases_of(tuple(lines))
    together = bought_together(basket_lines(edges, edges.customers, [ProductId(name) for name in "abc"]), k=1)
    assert neighbours(together, 0) == {1: 5}


def test_nobody_and_nothing_have_no_neighbours() -> None:
    empty = LINES.where(np.zeros(len(LINES), dtype=np.bool_))
    assert bought_together(empty).offsets.tolist() == [0] * 6


lines_of_a_shop = st.lists(
    st.tuples(st.sampled_from("ab"), st.sampled_from("wxyz"), st.integers(0, 8), st.integers(-1, 4)),
    min_size=1,
    max_size=30,
)


@given(lines_of_a_shop)
def test_counts_are_those_of_a_count_by_hand(shop: list[tuple[str, str, int, int]]) -> None:
    # an order is one customer's and has one time
    lines = tuple({(who, what, days if order < 0 else order * 2, order) for who, what, days, order in shop})
    products = [ProductId(name) for name in "wxyz"]
    customers = [CustomerId(f"user:{name}") for name in "ab"]
    found = bought_together(
        basket_lines(purchases_of(lines), customers, products), soon_days=3, fewest_customers=1, fewest_together=1
    )
    for row, first in enumerate(products):
        by_hand: dict[int, set[str]] = {}
        for who, what, days, _ in lines:
            for other, later, later_days, _ in lines:
                if what == first != later and who == other and days - 3 <= later_days <= days:
                    by_hand.setdefault(products.index(ProductId(later)), set()).add(who)
        assert neighbours(found, row) == {column: len(customers) for column, customers in by_hand.items()}
