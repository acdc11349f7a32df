"""Blend: what else a customer takes, and what they take again, in one list."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from embeddings.baselines.buy_again import BuyAgain
from embeddings.baselines.ease import EASE
from embeddings.evaluation.ranker import Scorer, ScoreRanker
from embeddings.interaction_matrix import InteractionMatrix

__all__ = ["Blend"]


@dataclass(frozen=True)
class Blend:
    """Score = EASE + weight · buy-again, both as they are; on new products it is EASE."""

    # validation month (500 households), all: 300, 90 days, 0.3: .1387 / .3627; 1.0: .1353 / .3599; 0.1: .1318 / .3420;
    # 60 days, 0.3: .1393 / .3609; 120 days, 0.3: .1384 / .3606; regularization 1000, 90 days, 0.3: .1373 / .3593
    ease: EASE = field(default_factory=lambda: EASE(regularization=300.0))
    buy_again: BuyAgain = field(default_factory=lambda: BuyAgain(half_life_days=90.0, popularity=0.0))
    weight: float = 0.3

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
