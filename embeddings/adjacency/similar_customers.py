"""Customers nearest to a customer by vector, and how many products both have bought."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from embeddings.nearest import VectorIndex
from embeddings.snapshot.serving_snapshot import Adjacency

__all__ = ["similar_customers"]

MOST_SIMILAR = 50


def similar_customers(
    index: VectorIndex,
    vectors: NDArray[np.float32],  # [num_customers, dim], what `index` searches
    purchases: Adjacency,  # customer → products
    num_products: int,
    k: int = MOST_SIMILAR,
    progress: Callable[[float], None] = lambda share: None,
) -> Adjacency:
    """Customer → the `k` others of greatest inner product above zero; counts are distinct products both bought."""
    degrees = np.zeros(len(vectors), dtype=np.int64)
    columns, strengths = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.float32)]
    counts: list[int] = []
    mine = np.zeros(num_products, dtype=np.bool_)
    for row, vector in enumerate(vectors):
        found = index.search(vector, k + 1)
        near = (found.rows != row) & (found.scores > 0)
        others = found.rows[near][:k]
        products = purchases.of(row)[0]
        mine[products] = True
        counts.extend(int(np.count_nonzero(mine[purchases.of(other)[0]])) for other in others)
        mine[products] = False
        degrees[row] = len(others)
        columns.append(others)
        strengths.append(found.scores[near][:k])
        if row % 256 == 0:
            progress(row / len(vectors))
    return Adjacency(
        offsets=np.concatenate([[0], np.cumsum(degrees)]).astype(np.int64),
        columns=np.concatenate(columns).astype(np.int32),
        counts=np.array(counts, dtype=np.int32),
        strengths=np.concatenate(strengths).astype(np.float32),
    )
