"""Discovered: what goes with a customer, those products first that many others have just met."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from embeddings.baselines.ease import EASE
from embeddings.evaluation.ranker import ScoreMethod, Scorer, ScoreRanker
from embeddings.interaction_matrix import PURCHASED, InteractionMatrix, pair_starts
from graph import InvalidValue

__all__ = ["Discovered"]

SMOOTHING = 0.1
"""The discovery of a product nobody has just met, in customers."""


@dataclass(frozen=True)
class Discovered:
    """Score = first · (discovery + SMOOTHING)^power. Discovery is the customers who bought the product, each worth
    2^(-days since their first purchase of it / half_life_days).
    """

    first: ScoreMethod = field(default_factory=lambda: EASE())
    half_life_days: float = 7.0
    power: float = 0.5

    def __post_init__(self) -> None:
        if not self.half_life_days > 0:
            raise InvalidValue("half_life_days", self.half_life_days, "a number of days above 0")

    def fit(self, train: InteractionMatrix) -> ScoreRanker:
        return ScoreRanker.over(train, Times(self.first.fit(train).scorer, self.factors(train)))

    def factors(self, train: InteractionMatrix) -> NDArray[np.float32]:  # [num_products]
        """What each product's score is multiplied by."""
        bought = train.kind == PURCHASED
        product, ages = train.product[bought], train.ages()[bought]
        starts = pair_starts(train.customer[bought], product)  # the oldest row of each pair
        worth = np.exp2(-ages[starts] / np.float32(self.half_life_days))
        discovery = np.bincount(product[starts], worth, minlength=train.shape[1])
        return ((discovery + SMOOTHING) ** self.power).astype(np.float32)


@dataclass(frozen=True)
class Times:
    first: Scorer
    factors: NDArray[np.float32]  # [num_products]

    def scores(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:  # [n, num_products]
        scores = self.first.scores(rows)
        scores *= self.factors
        return scores
