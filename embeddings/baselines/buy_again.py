"""BuyAgain: what a customer bought, the often and lately bought first."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from embeddings.evaluation.ranker import ScoreRanker
from embeddings.interaction_matrix import InteractionMatrix

__all__ = ["Bought", "BuyAgain"]


@dataclass(frozen=True)
class BuyAgain:
    """Score = Σ over baskets with the product of 2^(-age in days / half_life_days) + popularity · share of buyers.

    half_life_days: None counts baskets.
    popularity: what the product bought by most customers is worth by that, in baskets of today; it parts the many
        products a customer bought equally often.
    Lists only products the customer bought, so it has nothing to say on new ones.
    """

    half_life_days: float | None = 90.0
    popularity: float = 1.0

    def fit(self, train: InteractionMatrix) -> ScoreRanker:
        return ScoreRanker.over(train, Bought(self.worth(train)))

    def worth(self, train: InteractionMatrix) -> sparse.csr_array:  # [num_customers, num_products]
        """The scores, with an entry where the customer bought the product."""
        worth = train.purchases(self.half_life_days)
        buyers = np.bincount(worth.indices, minlength=train.shape[1])  # [num_products]
        share = (buyers / max(buyers.max(initial=0), 1)).astype(np.float32)
        worth.data += np.float32(self.popularity) * share[worth.indices]
        return worth


@dataclass(frozen=True)
class Bought:
    """The entries of a sparse matrix as scores, -inf where it has none."""

    matrix: sparse.csr_array  # [num_customers, num_products]

    def scores(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:  # [n, num_products]
        part = self.matrix[rows].tocoo()
        scores = np.full(part.shape, -np.inf, dtype=np.float32)
        scores[part.row, part.col] = part.data
        return scores
