"""EASE: the linear model that predicts each product from all the others in closed form (Steck 2019)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, sparse

from embeddings.evaluation.ranker import CHUNK, Scorer, ScoreRanker
from embeddings.interaction_matrix import InteractionMatrix

__all__ = ["EASE", "CustomerEase", "ProductEase"]


@dataclass(frozen=True)
class EASE:
    """Score = x · B with B = I - P · diag(P)^-1 and P = (XᵀX + regularization · I)^-1, X who bought what.

    Inverting products × products is out of reach for a large catalogue, so the smaller side is inverted. Up to
    `max_customers` the same B is had exactly from (XXᵀ + regularization · I)^-1, since X·P is that times X.
    Beyond that B covers the `max_products` products with most buyers, and the others score 0.
    """

    regularization: float = 500.0
    max_customers: int = 12_000  # 2.3 GB while inverting
    max_products: int = 8_192  # 1.1 GB while inverting

    def fit(self, train: InteractionMatrix) -> ScoreRanker:
        bought = train.bought()  # [num_customers, num_products]
        scorer: Scorer
        if train.shape[0] <= self.max_customers:
            scorer = CustomerEase.solve(bought, self.regularization)
        else:
            scorer = ProductEase.solve(bought, self.regularization, self.max_products)
        return ScoreRanker.over(train, scorer)


@dataclass(frozen=True)
class CustomerEase:
    """EASE over every product, by the inverse over customers."""

    bought: sparse.csr_array  # [num_customers, num_products]
    inverse: NDArray[np.float32]  # [num_customers, num_customers], (XXᵀ + regularization · I)^-1
    diagonal: NDArray[np.float32]  # [num_products], diag(P)

    @classmethod
    def solve(cls, bought: sparse.csr_array, regularization: float) -> "CustomerEase":
        inverse = _inverse((bought @ bought.T).toarray(), regularization)
        columns = bought.T.tocsr()  # [num_products, num_customers]
        leverage = np.empty(bought.shape[1], dtype=np.float32)  # x_jᵀ · inverse · x_j of each product j
        for start in range(0, len(leverage), 16 * CHUNK):
            part = columns[start : start + 16 * CHUNK]
            leverage[start : start + 16 * CHUNK] = part.multiply(part @ inverse).sum(axis=1)
        return cls(bought, inverse, ((1.0 - leverage) / regularization).astype(np.float32))

    def scores(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:  # [n, num_products]
        scores: NDArray[np.float32] = (self.inverse[rows] @ self.bought) / -self.diagonal
        part = self.bought[rows].tocoo()
        scores[part.row, part.col] += part.data
        return scores


@dataclass(frozen=True)
class ProductEase:
    """EASE over the products most bought, by the inverse over products."""

    bought: sparse.csr_array  # [num_customers, len(kept)]
    weights: NDArray[np.float32]  # [len(kept), len(kept)], B
    kept: NDArray[np.int64]  # columns, rising
    num_products: int

    @classmethod
    def solve(cls, bought: sparse.csr_array, regularization: float, max_products: int) -> "ProductEase":
        buyers = np.bincount(bought.indices, minlength=bought.shape[1])
        kept = np.sort(np.argsort(-buyers, kind="stable")[:max_products])
        part = bought.tocsc()[:, kept].tocsr()
        weights = _inverse((part.T @ part).toarray(), regularization)
        weights /= -np.diag(weights).copy()
        np.fill_diagonal(weights, 0.0)
        return cls(part, weights, kept, bought.shape[1])

    def scores(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:  # [n, num_products]
        scores = np.zeros((len(rows), self.num_products), dtype=np.float32)
        scores[:, self.kept] = self.bought[rows] @ self.weights
        return scores


def _inverse(gram: NDArray[np.float32], regularization: float) -> NDArray[np.float32]:  # [n, n] -> [n, n]
    """(gram + regularization · I)^-1 of a symmetric matrix, by Cholesky."""
    square = gram.astype(np.float64)
    np.fill_diagonal(square, square.diagonal() + regularization)
    factor, lower = linalg.cho_factor(square, lower=True, overwrite_a=True, check_finite=False)
    half, failed = linalg.lapack.dpotri(factor, lower=lower, overwrite_c=True)
    if failed:
        raise np.linalg.LinAlgError(f"matrix of size {len(gram)} is singular at regularization {regularization}")
    inverse: NDArray[np.float32] = np.tril(half).astype(np.float32)
    inverse += np.tril(inverse, -1).T
    return inverse
