"""Blend: what else a customer takes, and what they take again, in one list."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from embeddings.baselines.buy_again import BuyAgain
from embeddings.baselines.ease import EASE
from embeddings.evaluation.ranker import ScoreMethod, Scorer, ScoreRanker
from embeddings.interaction_matrix import InteractionMatrix

__all__ = ["Blend", "highest"]


@dataclass(frozen=True)
class Blend:
    """Score = first / its highest of the customer + weight · buy-again; on new products the order is that of the first.

    weight: what a basket of today with a product is worth, in the customer's highest score of the first.
    """

    first: ScoreMethod = field(default_factory=lambda: EASE())
    buy_again: BuyAgain = field(default_factory=lambda: BuyAgain(half_life_days=90.0, popularity=0.0))
    weight: float = 1.0

    def fit(self, train: InteractionMatrix) -> ScoreRanker:
        again = self.buy_again.worth(train)
        return ScoreRanker.over(train, Sum(self.first.fit(train).scorer, again, self.weight))


@dataclass(frozen=True)
class Sum:
    first: Scorer
    again: sparse.csr_array  # [num_customers, num_products]
    weight: float

    def scores(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:  # [n, num_products]
        scores = self.first.scores(rows)
        scores /= highest(scores)[:, None]
        part = self.again[rows].tocoo()
        scores[part.row, part.col] += np.float32(self.weight) * part.data
        return scores


def highest(scores: NDArray[np.float32]) -> NDArray[np.float32]:  # [n, num_products] -> [n], above 0
    """Each customer's highest score; 1 for who has none above 0."""
    top: NDArray[np.float32] = scores.max(axis=1, initial=0.0)
    return np.where(top > 0, top, np.float32(1.0))
