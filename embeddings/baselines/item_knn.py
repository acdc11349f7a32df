"""ItemKNN: products whose buyers are the buyers of what a customer bought."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from embeddings.evaluation.ranker import CHUNK, ScoreRanker
from embeddings.interaction_matrix import InteractionMatrix

__all__ = ["ItemKNN"]


@dataclass(frozen=True)
class ItemKNN:
    """Score of product i = Σ over the customer's products j that have i among their nearest of their similarity.

    similarity = cosine of their columns of distinct buyers · shared / (shared + shrink), with `shared` the customers
    who bought both. Each product keeps its `neighbours` nearest others, and itself at similarity 1; one with fewer than
    `min_buyers` is nobody's neighbour but its own.
    """

    neighbours: int = 100
    shrink: float = 10.0
    min_buyers: int = 20

    def fit(self, train: InteractionMatrix) -> ScoreRanker:
        bought = train.bought()  # [num_customers, num_products]
        return ScoreRanker.over(train, NearestScores(bought, self.nearest(bought)))

    def nearest(self, bought: sparse.csr_array) -> sparse.csr_array:  # [num_products, num_products]
        """The similarities kept: row j has the nearest of product j."""
        buyers = np.bincount(bought.indices, minlength=bought.shape[1])
        kept = np.flatnonzero(buyers >= self.min_buyers)  # [num_kept]
        columns = bought.tocsc()[:, kept].tocsr()  # [num_customers, num_kept]
        by_product = columns.T.tocsr()  # [num_kept, num_customers]
        scale = (1.0 / np.sqrt(buyers[kept])).astype(np.float32)  # [num_kept]
        rows, nearest, similarities = [], [], []
        for start in range(0, len(kept), CHUNK):
            shared = by_product[start : start + CHUNK] @ columns  # [chunk, num_kept]
            shared.sort_indices()
            similarity = shared.data * (shared.data / (shared.data + np.float32(self.shrink))) * scale[shared.indices]
            for row, (first, last) in enumerate(pairwise(shared.indptr), start):
                others, alike = shared.indices[first:last], similarity[first:last]
                others, alike = others[others != row], alike[others != row]
                if len(alike) > self.neighbours:
                    near = alike >= np.partition(alike, -self.neighbours)[-self.neighbours]
                    others, alike = others[near], alike[near]
                best = np.argsort(-alike, kind="stable")[: self.neighbours]
                rows.append(np.full(len(best), kept[row]))
                nearest.append(kept[others[best]])
                similarities.append(alike[best] * scale[row])
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
