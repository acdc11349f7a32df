"""Ranking: how likely each product is bought within a month, from a customer's habits and the products' facts."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embeddings.ranking.habits import ACTIVITY, GROUP_HABITS, RHYTHM, Habits
from embeddings.ranking.network import Network
from embeddings.ranking.product_facts import FACTS, GROUPS, ProductFacts

__all__ = ["NUM_AGAIN", "NUM_NEXT", "Ranking", "again_inputs", "next_inputs"]

NUM_AGAIN = len(RHYTHM) + len(FACTS) + len(ACTIVITY)
NUM_NEXT = 2 + len(GROUPS) * len(GROUP_HABITS) + len(FACTS) + len(ACTIVITY)


@dataclass(frozen=True)
class Ranking:
    """again: of products the customer has bought. next: of products they have not."""

    facts: ProductFacts
    again: Network
    next: Network

    def arrays(self) -> tuple[tuple[str, NDArray[np.float32]], ...]:
        """(name of its file, array) of everything that must be finite."""
        networks = (("again", self.again), ("next", self.next))
        layers = ("first", "second", "third")
        return (
            ("ranking.facts", self.facts.values),
            *((f"ranking.{name}.{layer}", getattr(network, layer)) for name, network in networks for layer in layers),
        )

    def again_probabilities(self, habits: Habits) -> NDArray[np.float32]:  # [num_bought]
        """Of each of `habits.products`, that it is bought within 30 days."""
        return _probabilities(self.again.logits(again_inputs(habits, self.facts)))

    def next_probabilities(
        self, habits: Habits, rows: NDArray[np.int64], scores: NDArray[np.float32]
    ) -> NDArray[np.float32]:  # [n]
        """Of each product never bought, that it is bought within 30 days. scores: [n] its inner product with the
        customer's vector."""
        return _probabilities(self.next.logits(next_inputs(habits, self.facts, rows, scores)))


def again_inputs(habits: Habits, facts: ProductFacts) -> NDArray[np.float32]:  # [num_bought, NUM_AGAIN]
    """Rhythm, facts, activity."""
    inputs = np.empty((len(habits.products), NUM_AGAIN), dtype=np.float32)
    inputs[:, : len(RHYTHM)] = habits.rhythm
    inputs[:, len(RHYTHM) : -len(ACTIVITY)] = facts.values[facts.known(habits.products)]
    inputs[:, -len(ACTIVITY) :] = habits.activity
    return inputs


def next_inputs(
    habits: Habits, facts: ProductFacts, rows: NDArray[np.int64], scores: NDArray[np.float32]
) -> NDArray[np.float32]:  # [n, NUM_NEXT]
    """Score and its logarithm, habits of each group, facts, activity."""
    inputs = np.empty((len(rows), NUM_NEXT), dtype=np.float32)
    known = facts.known(rows)
    groups = facts.groups[known]
    inputs[:, 0] = scores
    inputs[:, 1] = np.log(np.maximum(scores, 1e-6))
    column = 2
    for number, (codes, table) in enumerate(zip(habits.codes, habits.groups, strict=True)):
        code = groups[:, number]
        place = np.searchsorted(codes, code)
        place[codes[np.minimum(place, len(codes) - 1)] != code] = len(codes)
        inputs[:, column : column + len(GROUP_HABITS)] = table[place]
        column += len(GROUP_HABITS)
    inputs[:, column : -len(ACTIVITY)] = facts.values[known]
    inputs[:, -len(ACTIVITY) :] = habits.activity
    return inputs


def _probabilities(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(logits, -60.0, 60.0))), dtype=np.float32)
