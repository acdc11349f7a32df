"""RP3beta: where three steps at random from a customer end, popular ends held back (Paudel et al. 2017)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from embeddings.evaluation.ranker import ScoreRanker
from embeddings.interaction_matrix import InteractionMatrix

__all__ = ["RP3beta"]


@dataclass(frozen=True)
class RP3beta:
    """Score of product i for a customer = Σ over walks customer → product → customer → i of the chances of the three
    steps, multiplied and raised to `alpha`, over buyers of i to the power `beta`.

    A step goes to any product bought, or to any buyer, with the same chance. All walks count, no neighbourhood is cut.
    """

    alpha: float = 1.0
    beta: float = 0.0

    def fit(self, train: InteractionMatrix) -> ScoreRanker:
        bought = train.bought()  # [num_customers, num_products]
        baskets = _power(bought.sum(axis=1), -self.alpha)  # [num_customers]
        buyers = bought.sum(axis=0)  # [num_products]
        there = sparse.csr_array(bought.multiply(baskets[:, None]))
        back = sparse.csr_array(
            bought.multiply(_power(buyers, -self.alpha)[None, :]).T
        )  # [num_products, num_customers]
        return ScoreRanker.over(train, Walks(there, back, _power(buyers, -self.beta)))


@dataclass(frozen=True)
class Walks:
    there: sparse.csr_array  # [num_customers, num_products]
    back: sparse.csr_array  # [num_products, num_customers]
    scale: NDArray[np.float32]  # [num_products]

    def scores(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:  # [n, num_products]
        others = (self.there[rows] @ self.back).toarray()  # [n, num_customers]
        scores: NDArray[np.float32] = (others @ self.there) * self.scale
        return scores


def _power(counts: NDArray[np.float32], power: float) -> NDArray[np.float32]:
    """counts^power, 0 where there is nothing."""
    return np.where(counts > 0, np.maximum(counts, 1.0) ** np.float32(power), 0.0).astype(np.float32)
