"""Blend: what else a customer takes, and what they take again, in one list."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from embeddings.baselines.buy_again import BuyAgain
from embeddings.baselines.ease import EASE
from embeddings.interaction_matrix import InteractionMatrix
from embeddings.ranker import Scorer, ScoreRanker

__all__ = ["Blend"]


@dataclass(frozen=True)
class Blend:
    """Score = EASE + weight · buy-again, both as they are; on new products it is EASE."""

    ease: EASE = field(default_factory=EASE)
    buy_again: BuyAgain = field(default_factory=BuyAgain)
    weight: float = 0.1

    def fit(self, train: InteractionMatrix) -> ScoreRanker:
        ease, buy_again = self.ease.fit(train).scorer, self.buy_again.fit(train).scorer
        return ScoreRanker.over(train, Sum(ease, buy_again, self.weight))


@dataclass(frozen=True)
class Sum:
    first: Scorer
    second: Scorer
    weight: float  # of the second

    def scores(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:  # [n, num_products]
        scores = self.first.scores(rows)
        second = self.second.scores(rows)
        scores += np.where(np.isfinite(second), np.float32(self.weight) * second, np.float32(0.0))
        return scores
