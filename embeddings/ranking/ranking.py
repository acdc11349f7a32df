"""Ranking: how likely each product is bought within a month, from a customer's habits, their tastes and the facts."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from embeddings.ranking.habits import ACTIVITY, RHYTHM, Habits, habits_of
from embeddings.ranking.network import Network
from embeddings.ranking.product_facts import FACTS, GROUPS, RHYTHMIC, ProductFacts
from embeddings.ranking.tastes import HALF_LIVES, Bought, Tastes

__all__ = ["NEXT", "NUM_AGAIN", "NUM_NEXT", "Ranking", "again_inputs", "next_inputs"]

NEXT = (
    *(f"taste_{half_life:.0f}" for half_life in HALF_LIVES),
    "subcategory_products",
    *(f"{group}_discovered" for group in RHYTHMIC),
    *(f"{group}_worth" for group in GROUPS),
)
"""What is known of a customer and a product they never bought: the logarithm of how well it goes with each taste; of
its groups, log1p of the products bought, those met of late (half-life 30 days), those bought of late (90 days)."""

NUM_AGAIN = len(RHYTHM) + len(FACTS) + len(ACTIVITY)
NUM_NEXT = len(NEXT) + len(FACTS) + len(ACTIVITY)


@dataclass(frozen=True)
class Ranking:
    """again: of products the customer has bought. next: of products they have not."""

    facts: ProductFacts
    tastes: Tastes
    again: Network
    next: Network

    def arrays(self) -> tuple[tuple[str, NDArray[np.float32]], ...]:
        """(name of its file, array) of everything that must be finite."""
        networks = (("again", self.again), ("next", self.next))
        return (
            ("ranking.facts", self.facts.values),
            ("ranking.tastes", self.tastes.vectors),
            ("ranking.gains", self.tastes.gains),
            ("ranking.inverses", self.tastes.inverses),
            ("ranking.ridges", self.tastes.ridges),
            *(
                (f"ranking.{name}.{layer}", getattr(network, layer))
                for name, network in networks
                for layer in ("first", "second", "third")
            ),
        )

    def habits(
        self,
        products: NDArray[np.int64],
        days: NDArray[np.int64],
        times: NDArray[np.int64],
        today: int,
        *,
        learnt_until: int | None,
    ) -> Habits:
        """The habits, with their taste, of a customer who bought `products` on `days`, as `habits_of` takes them.

        learnt_until: up to which day, `today` or before, the tastes were learnt from what this customer bought, among
        others; None where they were not.
        """
        habits = habits_of(products, days, times, today, self.facts)
        learnt: Bought | None = None
        if learnt_until is not None:
            known = days <= learnt_until
            if known.all():
                learnt = habits.products, habits.last
            elif known.any():
                of, on = products[known], days[known]
                newest = np.append(of[1:] != of[:-1], True)  # of each product the last of its days
                learnt = of[newest], learnt_until - on[newest]
        return replace(habits, taste=self.tastes.of(habits.products, habits.last, learnt))

    def again_probabilities(self, habits: Habits) -> NDArray[np.float32]:  # [num_bought]
        """Of each of `habits.products`, that it is bought within 30 days."""
        return _probabilities(self.again.logits(again_inputs(habits, self.facts)))

    def next_probabilities(self, habits: Habits, products: NDArray[np.int64]) -> NDArray[np.float32]:  # [n]
        """Of `products` never bought, that each is bought within 30 days; `habits` with their taste."""
        scores = self.tastes.scores(habits.taste, products)
        return _probabilities(self.next.logits(next_inputs(habits, scores, products, self.facts)))


def again_inputs(habits: Habits, facts: ProductFacts) -> NDArray[np.float32]:  # [num_bought, NUM_AGAIN]
    """Rhythm, facts, activity."""
    inputs = np.empty((len(habits.products), NUM_AGAIN), dtype=np.float32)
    inputs[:, : len(RHYTHM)] = habits.rhythm
    inputs[:, len(RHYTHM) : -len(ACTIVITY)] = facts.values.take(facts.known(habits.products), axis=0)
    inputs[:, -len(ACTIVITY) :] = habits.activity
    return inputs


def next_inputs(
    habits: Habits,
    scores: NDArray[np.float32],  # [num_tastes, n]
    products: NDArray[np.int64],  # [n]
    facts: ProductFacts,
) -> NDArray[np.float32]:  # [n, NUM_NEXT]
    """What NEXT names, facts, activity."""
    asked = facts.known(products)
    inputs = np.empty((len(products), NUM_NEXT), dtype=np.float32)
    inputs[:, : len(scores)] = np.log(np.maximum(scores, 1e-6)).T
    familiar = habits.familiar.of(facts.codes(asked))  # [n, num_groups, 3]
    column = len(scores)
    for of_groups in (familiar[:, :1, 0], familiar[:, : len(RHYTHMIC), 1], familiar[:, :, 2]):
        inputs[:, column : column + of_groups.shape[1]] = of_groups
        column += of_groups.shape[1]
    inputs[:, column : -len(ACTIVITY)] = facts.values.take(asked, axis=0)
    inputs[:, -len(ACTIVITY) :] = habits.activity
    return inputs


def _probabilities(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(1.0 / (1.0 + np.exp(np.maximum(np.minimum(-logits, 60.0), -60.0))), dtype=np.float32)
