"""Ranker: how anything that recommends joins the evaluation, and the ranking of whole catalogues by score."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from embeddings.interaction_matrix import InteractionMatrix
from graph import CustomerId, ProductId

__all__ = ["Fitted", "Method", "Ranker", "ScoreMethod", "ScoreRanker", "Scorer", "top_k"]

CHUNK = 256
"""Customers scored at a time: 256 × 68,509 products × 4 bytes are 70 MB a dense array."""

BLOCK = 64
"""Columns looked at together for their highest score."""


class Ranker(Protocol):
    """A model that answers lists.

    products: what the numbers of its lists stand for, in the order ties are broken by (sorted by id).
    """

    @property
    def products(self) -> Sequence[ProductId]: ...

    def rank(self, customers: Sequence[CustomerId], k: int, mask_history: bool) -> NDArray[np.int32]:  # [n, k]
        """The `k` best positions in `products` for each customer, best first, no product twice in a list.

        mask_history: leave out every product the customer bought before the model's `as_of`.
        A list with less to say ends in -1; a customer nobody knows may get -1 throughout or a list for everybody.
        """
        ...


class Method(Protocol):
    """Something that learns from interactions up to `train.as_of` and nothing else, and then ranks."""

    def fit(self, train: InteractionMatrix) -> Ranker: ...


@dataclass(frozen=True)
class Fitted:
    """A ranker that was fitted elsewhere, on what came before the same cut, as a method."""

    ranker: Ranker

    def fit(self, train: InteractionMatrix) -> Ranker:
        return self.ranker


class Scorer(Protocol):
    """A model that scores every product."""

    def scores(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:  # [n, num_products]
        """For each of these customer rows the score of each product; -inf where the model has nothing to say. A new
        array each time: the caller writes into it."""
        ...


@dataclass(frozen=True)
class ScoreRanker:
    """Every product ranked by its score, a chunk of customers at a time.

    history: csr [num_customers, num_products], what `mask_history` leaves out.
    """

    products: list[ProductId]
    customer_rows: dict[CustomerId, int]
    history: sparse.csr_array
    scorer: Scorer

    @classmethod
    def over(cls, train: InteractionMatrix, scorer: Scorer) -> "ScoreRanker":
        """The ranker of a scorer whose rows and columns are those of `train`."""
        return cls(train.products, train.customer_rows, train.bought(), scorer)

    def rank(self, customers: Sequence[CustomerId], k: int, mask_history: bool) -> NDArray[np.int32]:  # [n, k]
        """As Ranker says; a customer nobody knows gets -1 throughout."""
        lists = np.full((len(customers), k), -1, dtype=np.int32)
        rows = np.array([self.customer_rows.get(customer, -1) for customer in customers], dtype=np.int64)
        known = np.flatnonzero(rows >= 0)
        for start in range(0, len(known), CHUNK):
            places = known[start : start + CHUNK]
            scores = self.scorer.scores(rows[places])  # [chunk, num_products]
            if mask_history:
                part = self.history[rows[places]].tocoo()
                scores[part.row, part.col] = -np.inf
            lists[places] = top_k(scores, k)
        return lists


class ScoreMethod(Protocol):
    """A method whose model scores every product, so that its scores can be joined with others."""

    def fit(self, train: InteractionMatrix) -> ScoreRanker: ...


def top_k(scores: NDArray[np.float32], k: int) -> NDArray[np.int32]:  # [n, num_products] -> [n, k]
    """The columns of the `k` highest scores of each row, best first, ties by column; -inf is never listed, -1 pads.

    The k-th highest of the highest scores of all blocks of columns is no higher than the k-th score, so only what
    reaches it is sorted. Many equal scores, which slow a partition down, do not matter.
    """
    n, num_products = scores.shape
    lists = np.full((n, k), -1, dtype=np.int32)
    if k == 0 or num_products == 0:
        return lists
    highest = np.maximum.reduceat(scores, np.arange(0, num_products, BLOCK), axis=1)  # [n, num_blocks]
    place = highest.shape[1] - k
    least = np.sort(highest, axis=1)[:, place] if place > 0 else np.full(n, -np.inf)
    for i, row in enumerate(scores):
        above = np.flatnonzero(row > least[i])
        level = np.flatnonzero(row == least[i])[:k] if least[i] > -np.inf else above[:0]
        best = np.concatenate([above, level])
        best = best[np.lexsort((best, -row[best]))][:k]
        lists[i, : len(best)] = best
    return lists
