"""ItemKNN: products whose buyers are the buyers of what a customer bought."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from embeddings.interaction_matrix import InteractionMatrix
from embeddings.ranker import CHUNK, ScoreRanker, top_k

__all__ = ["ItemKNN"]


@dataclass(frozen=True)
class ItemKNN:
    """Score of product i = Σ over the customer's products j that have i among their nearest of their similarity.

    similarity = cosine of their columns of distinct buyers · shared / (shared + shrink), with `shared` the customers
    who bought both; each product keeps its `neighbours` nearest others, and itself at similarity 1.
    """

    neighbours: int = 100
    shrink: float = 10.0

    def fit(self, train: InteractionMatrix) -> ScoreRanker:
        bought = train.bought()  # [num_customers, num_products]
        return ScoreRanker.over(train, NearestScores(bought, self.nearest(bought)))

    def nearest(self, bought: sparse.csr_array) -> sparse.csr_array:  # [num_products, num_products], rows sum to ≥ 0
        """The similarities kept: row j has the nearest of product j."""
        columns = bought.T.tocsr()
        buyers = np.diff(columns.indptr).astype(np.float32)
        scale = 1.0 / np.sqrt(np.maximum(buyers, 1.0))  # [num_products]
        parts = []
        for start in range(0, len(buyers), CHUNK):
            shared = (columns[start : start + CHUNK] @ bought).toarray()  # [chunk, num_products]
            similarity = shared * shared / (shared + np.float32(self.shrink)) if self.shrink else shared
            similarity *= scale[start : start + CHUNK, None]
            similarity *= scale
            rows = np.arange(len(similarity))
            similarity[rows, rows + start] = -np.inf
            similarity[similarity == 0] = -np.inf
            nearest = top_k(similarity, self.neighbours)  # [chunk, neighbours]
            row, place = np.nonzero(nearest >= 0)
            column = nearest[row, place]
            parts.append(sparse.csr_array((similarity[row, column], (row, column)), shape=similarity.shape))
        return (sparse.vstack(parts) + sparse.eye_array(len(buyers), dtype=np.float32)).tocsr()


@dataclass(frozen=True)
class NearestScores:
    bought: sparse.csr_array  # [num_customers, num_products]
    nearest: sparse.csr_array  # [num_products, num_products]

    def scores(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:  # [n, num_products]
        scores: NDArray[np.float32] = (self.bought[rows] @ self.nearest).toarray()
        return scores
