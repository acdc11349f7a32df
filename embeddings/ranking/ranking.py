"""Ranking: how likely each product is bought within a month, from a customer's habits and the products' facts."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embeddings.ranking.habits import ACTIVITY, RHYTHM, Habits
from embeddings.ranking.network import Network
from embeddings.ranking.product_facts import FACTS, ProductFacts

__all__ = ["NUM_AGAIN", "NUM_NEXT", "Ranking", "again_inputs", "next_inputs"]

NUM_AGAIN = len(RHYTHM) + len(FACTS) + len(ACTIVITY)
NUM_NEXT = 1 + len(ACTIVITY)


@dataclass(frozen=True)
class Ranking:
    """again: of products the customer has bought. next: of products they have not, the coefficients of a logistic
    regression, [NUM_NEXT + 1], the last one what is added."""

    facts: ProductFacts
    again: Network
    next: NDArray[np.float32]

    def arrays(self) -> tuple[tuple[str, NDArray[np.float32]], ...]:
        """(name of its file, array) of everything that must be finite."""
        layers = tuple((f"ranking.again.{name}", getattr(self.again, name)) for name in ("first", "second", "third"))
        return (("ranking.facts", self.facts.values), *layers, ("ranking.next", self.next))

    def again_probabilities(self, habits: Habits) -> NDArray[np.float32]:  # [num_bought]
        """Of each of `habits.products`, that it is bought within 30 days."""
        return _probabilities(self.again.logits(again_inputs(habits, self.facts)))

    def next_probabilities(self, habits: Habits, scores: NDArray[np.float32]) -> NDArray[np.float32]:  # [n]
        """Of products never bought, that each is bought within 30 days. scores: [n] their inner products with the
        customer's vector."""
        return _probabilities(next_inputs(habits, scores) @ self.next[:-1] + self.next[-1])


def again_inputs(habits: Habits, facts: ProductFacts) -> NDArray[np.float32]:  # [num_bought, NUM_AGAIN]
    """Rhythm, facts, activity."""
    inputs = np.empty((len(habits.products), NUM_AGAIN), dtype=np.float32)
    inputs[:, : len(RHYTHM)] = habits.rhythm
    inputs[:, len(RHYTHM) : -len(ACTIVITY)] = facts.values[facts.known(habits.products)]
    inputs[:, -len(ACTIVITY) :] = habits.activity
    return inputs


def next_inputs(habits: Habits, scores: NDArray[np.float32]) -> NDArray[np.float32]:  # [n, NUM_NEXT]
    """The logarithm of the score, activity."""
    inputs = np.empty((len(scores), NUM_NEXT), dtype=np.float32)
    inputs[:, 0] = np.log(np.maximum(scores, 1e-6))
    inputs[:, 1:] = habits.activity
    return inputs


def _probabilities(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(logits, -60.0, 60.0))), dtype=np.float32)
