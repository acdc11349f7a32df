"""ItemKNN: products whose buyers are the buyers of what a customer bought."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from embeddings.evaluation.ranker import CHUNK, ScoreRanker, top_k
from embeddings.interaction_matrix import InteractionMatrix

__all__ = ["ItemKNN"]


@dataclass(frozen=True)
class ItemKNN:
    """Score of product i = Σ over the customer's products j that have i among their nearest of their similarity.

    similarity = cosine of their columns of distinct buyers · shared / (shared + shrink), with `shared` the customers
    who bought both. Each product keeps its `neighbours` nearest others, and itself at similarity 1; one with fewer than
    `min_buyers` is nobody's neighbour but its own.
    """

    # validation month, all, new, over all products: 100, 10: .0584 / .1597, .0257 / .0401; 400, 10: .0593 / .1607,
    # .0259 / .0401; 100, 0: .0503 / .1134, .0253 / .0404
    neighbours: int = 100
    shrink: float = 10.0
    min_buyers: int = 5

    def fit(self, train: InteractionMatrix) -> ScoreRanker:
        bought = train.bought()  # [num_customers, num_products]
        return ScoreRanker.over(train, NearestScores(bought, self.nearest(bought)))

    def nearest(self, bought: sparse.csr_array) -> sparse.csr_array:  # [num_products, num_products]
        """The similarities kept: row j has the nearest of product j."""
        buyers = np.bincount(bought.indices, minlength=bought.shape[1])
        kept = np.flatnonzero(buyers >= self.min_buyers)  # [num_kept]
        columns = bought.tocsc()[:, kept].tocsr()  # [num_customers, num_kept]
        scale = (1.0 / np.sqrt(buyers[kept])).astype(np.float32)  # [num_kept]
        rows, nearest, similarities = [], [], []
        for start in range(0, len(kept), CHUNK):
            ours = np.arange(start, min(start + CHUNK, len(kept)))
            shared = (columns[:, ours].T @ columns).toarray()  # [chunk, num_kept]
            similarity = shared * (shared / np.maximum(shared + np.float32(self.shrink), 1.0)) * scale
            similarity *= scale[ours, None]
            similarity[similarity == 0] = -np.inf
            similarity[ours - start, ours] = -np.inf
            best = top_k(similarity, self.neighbours)  # [chunk, neighbours]
            row, place = np.nonzero(best >= 0)
            rows.append(kept[ours[row]])
            nearest.append(kept[best[row, place]])
            similarities.append(similarity[row, best[row, place]])
        themselves = np.arange(len(buyers))
        data = np.concatenate([*similarities, np.ones(len(buyers), dtype=np.float32)])
        cells = (np.concatenate([*rows, themselves]), np.concatenate([*nearest, themselves]))
        return sparse.csr_array((data, cells), shape=(len(buyers), len(buyers)))


@dataclass(frozen=True)
class NearestScores:
    bought: sparse.csr_array  # [num_customers, num_products]
    nearest: sparse.csr_array  # [num_products, num_products]

    def scores(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:  # [n, num_products]
        scores: NDArray[np.float32] = (self.bought[rows] @ self.nearest).toarray()
        return scores
