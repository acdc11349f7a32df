"""VectorRanker: an EmbeddingSet as a ranker of whole catalogues, by inner product."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from embeddings.evaluation.ranker import ScoreRanker
from embeddings.interaction_matrix import InteractionMatrix
from embeddings.vectors.embedding_set import EmbeddingSet
from graph import CustomerId, ProductId

__all__ = ["VectorRanker"]


@dataclass(frozen=True)
class VectorRanker:
    """Every product of a set ranked by its inner product with the customer's vector; a Ranker.

    history: csr [num_customers, num_products] over the rows of the set, what `mask_history` leaves out.
    """

    set: EmbeddingSet
    history: sparse.csr_array

    @classmethod
    def of(cls, embeddings: EmbeddingSet, train: InteractionMatrix) -> "VectorRanker":
        """The ranker of a set with the purchases of `train` as history; its ids need not be those of the set."""
        bought = train.bought().tocoo()
        rows = {customer: row for row, customer in enumerate(embeddings.customers)}
        columns = {product: column for column, product in enumerate(embeddings.products)}
        row = np.array([rows.get(customer, -1) for customer in train.customers], dtype=np.int64)[bought.row]
        column = np.array([columns.get(product, -1) for product in train.products], dtype=np.int64)[bought.col]
        known = (row >= 0) & (column >= 0)
        shape = (len(embeddings.customers), len(embeddings.products))
        return cls(embeddings, sparse.csr_array((bought.data[known], (row[known], column[known])), shape=shape))

    @property
    def products(self) -> Sequence[ProductId]:
        return self.set.products

    def rank(self, customers: Sequence[CustomerId], k: int, mask_history: bool) -> NDArray[np.int32]:  # [n, k]
        """As Ranker says; a customer nobody knows, or without a vector, gets -1 throughout."""
        vectors = self.set.customer_vectors
        rows = {customer: row for row, customer in enumerate(self.set.customers) if vectors[row].any()}
        ranker = ScoreRanker(self.set.products, rows, self.history, InnerProducts(vectors, self.set.product_vectors))
        return ranker.rank(customers, k, mask_history)


@dataclass(frozen=True)
class InnerProducts:
    """Score = inner product."""

    customers: NDArray[np.float32]  # [num_customers, dim]
    products: NDArray[np.float32]  # [num_products, dim]

    def scores(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:  # [n, num_products]
        scores: NDArray[np.float32] = self.customers[rows] @ self.products.T
        return scores
