"""Similar customers."""

import numpy as np
import pytest

from embeddings.adjacency import basket_lines, purchases, similar_customers
from embeddings.index import ExactIndex
from graph import Instant
from tests.embeddings.greengrocer import AS_OF, CUSTOMERS, PRODUCTS, greengrocer, purchases_of

VECTORS = greengrocer().customer_vectors
BOUGHT = purchases(basket_lines(purchases_of(), CUSTOMERS, PRODUCTS), 5, Instant(AS_OF))


def test_the_nearest_come_first_with_the_products_both_bought() -> None:
    columns, counts, strengths = similar_customers(ExactIndex(VECTORS), VECTORS, BOUGHT, 5).of(0)
    assert [CUSTOMERS[column] for column in columns] == ["user:cid", "user:bob"]
    assert counts.tolist() == [2, 2]
    assert strengths == pytest.approx([0.8, 0.6])


def test_who_has_no_vector_is_like_nobody() -> None:
    found = similar_customers(ExactIndex(VECTORS), VECTORS, BOUGHT, 5)
    assert len(found.of(4)[0]) == 0
    assert 4 not in found.columns


def test_at_most_k_are_kept_and_nobody_is_their_own_neighbour() -> None:
    same = np.ones((4, 2), dtype=np.float32)
    found = similar_customers(ExactIndex(same), same, BOUGHT, 5, k=2)
    assert [found.of(row)[0].tolist() for row in range(4)] == [[1, 2], [0, 2], [0, 1], [0, 1]]


def test_without_customers_there_is_nothing() -> None:
    nobody = np.empty((0, 2), dtype=np.float32)
    assert similar_customers(ExactIndex(nobody), nobody, BOUGHT, 5).offsets.tolist() == [0]
