"""MostPopular: the same list for everybody, the products most customers bought."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embeddings.evaluation.ranker import ScoreRanker
from embeddings.interaction_matrix import InteractionMatrix

__all__ = ["MostPopular"]


@dataclass(frozen=True)
class MostPopular:
    """Products by distinct customers, of all time or of the last `last_days` before the cut."""

    last_days: int | None = None

    def fit(self, train: InteractionMatrix) -> ScoreRanker:
        purchases = train.purchases(last_days=self.last_days)
        buyers = np.bincount(purchases.indices, minlength=train.shape[1])  # [num_products]
        return ScoreRanker.over(train, Popularity(buyers.astype(np.float32)))


@dataclass(frozen=True)
class Popularity:
    """One score a product, whoever asks."""

    buyers: NDArray[np.float32]  # [num_products]

    def scores(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:  # [n, num_products]
        return np.tile(self.buyers, (len(rows), 1))
