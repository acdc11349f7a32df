"""Intent: what a session changes of how likely each product is wanted now; numpy alone, as a server computes it."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from embeddings.intent.bonds import Bonds
from embeddings.ranking.product_facts import FACTS, GROUPS, ProductFacts
from embeddings.sessions import SessionNeighbours, Shares

__all__ = ["NUM_TERMS", "TERMS", "Intent", "Session", "alike_in", "log_odds", "session_terms", "to_a_stranger"]

TERMS = (
    "bond_best",
    "bond_mean",
    "category_best",
    "category_mean",
    "same_subcategory",
    "share_subcategory",
    "same_category",
    "share_category",
    "likely",
    "had",
    "popular",
    "alike",
)
"""What of a session and a product counts, each again times the logarithm of how much was meant.

best, mean: of the lifts beside the products of the session. same, share: whether one of them is of its group, and how
many are. likely: the log-odds it had. had: whether it was ever bought. popular: log1p of its customers of the month.
alike: log1p of the share of the past sessions most like it that did it, over RARE.
"""

NUM_TERMS = 2 * len(TERMS)
SUBCATEGORY, CATEGORY, POPULAR = GROUPS.index("subcategory"), GROUPS.index("category"), FACTS.index("popular_30")
SURE = 1 - 1e-6

RARE = 0.02
"""Shares far below it count by what they are, those far above it by their logarithm."""


class Session(NamedTuple):
    """The products met, the newest first, and how sure it is that each is wanted: 1 of what lies in the cart."""

    products: NDArray[np.int64]  # [n] rows
    meant: NDArray[np.float32]  # [n], above 0, at most 1


@dataclass(frozen=True)
class Intent:
    """bonds: of products and of categories. neighbours: the past sessions. meant: [num_kinds], in the order of
    InteractionKind, how likely what was so met is wanted. weights: [2, NUM_TERMS], of those who bought before and of
    strangers."""

    bonds: Bonds
    neighbours: SessionNeighbours
    meant: NDArray[np.float32]
    weights: NDArray[np.float32]

    def arrays(self) -> tuple[tuple[str, NDArray[Any]], ...]:
        """(name of its file, array) of all it is made of but the past sessions."""
        return (
            ("intent.offsets", self.bonds.offsets),
            ("intent.columns", self.bonds.columns),
            ("intent.lifts", self.bonds.lifts),
            ("intent.categories", self.bonds.categories),
            ("intent.meant", self.meant),
            ("intent.weights", self.weights),
        )

    def alike(self, session: Session) -> Shares:
        """What was done in the past sessions most like this one."""
        return alike_in(self.neighbours, session)

    def likely(
        self,
        session: Session,
        alike: Shares,
        candidates: NDArray[np.int64],  # [m] rows, rising
        likely: NDArray[np.float32],  # [m]
        had: NDArray[np.bool_],  # [m]
        facts: ProductFacts,
        stranger: bool,
    ) -> NDArray[np.float32]:  # [m]
        """How likely each is wanted now, where `likely` says how likely it was before; `alike` of the session.

        Log-odds are added up, so that a session in which nothing was meant leaves everything as it was.
        """
        odds = log_odds(likely)
        odds += session_terms(self.bonds, session, alike, candidates, odds, had, facts) @ self.weights[int(stranger)]
        return np.asarray(1.0 / (1.0 + np.exp(-np.clip(odds, -60.0, 60.0))), dtype=np.float32)


def session_terms(
    bonds: Bonds,
    session: Session,
    alike: Shares,
    candidates: NDArray[np.int64],  # [m] rows, rising
    odds: NDArray[np.float32],  # [m] log-odds
    had: NDArray[np.bool_],  # [m]
    facts: ProductFacts,
) -> NDArray[np.float32]:  # [m, NUM_TERMS]
    """TERMS of each candidate, then TERMS times log of Σ meant, where that is above 1.

    Where it is not certain that a product is wanted, a term is what is expected of it over which ones are.
    """
    meant = session.meant
    total = float(meant.sum())
    enough, presence = max(total, 1.0), min(total, 1.0)
    own, others = facts.known(session.products), facts.known(candidates)
    ours, theirs = facts.groups.take(own, axis=0), facts.groups.take(others, axis=0)
    lifts = bonds.between(session.products, candidates)  # [n, m]
    kindred = bonds.categories[ours[:, CATEGORY]].take(theirs[:, CATEGORY], axis=1)  # [n, m]
    inputs = np.empty((NUM_TERMS, len(candidates)), dtype=np.float32).T  # each term in one piece of memory
    inputs[:, 0], inputs[:, 1] = _best(lifts, meant), meant @ lifts / enough
    inputs[:, 2], inputs[:, 3] = _best(kindred, meant), meant @ kindred / enough
    for column, group in ((4, SUBCATEGORY), (6, CATEGORY)):
        same = ((ours[:, group, None] == theirs[:, group]) & (ours[:, group, None] > 0)).astype(np.float32)  # [n, m]
        inputs[:, column] = 1.0 - np.exp(np.log1p(-np.minimum(meant, SURE)) @ same)
        inputs[:, column + 1] = meant @ same / enough
    inputs[:, 8] = odds * presence
    inputs[:, 9] = had * presence
    inputs[:, 10] = facts.values[others, POPULAR] * presence
    inputs[:, 11] = np.log1p(alike.of(candidates) / RARE) * presence
    np.multiply(inputs[:, : len(TERMS)], np.float32(np.log(enough)), out=inputs[:, len(TERMS) :])
    return inputs


def alike_in(neighbours: SessionNeighbours, session: Session, without: int | None = None) -> Shares:
    """What was done in the neighbours most like a session; every halving of how sure a product is makes it one
    half-life older. without: an owner whose sessions are left out."""
    ages = -np.log2(session.meant.astype(np.float64)) * neighbours.settings.age_half_life
    return neighbours.shares(session.products[::-1], ages[::-1], without=without)


def to_a_stranger(facts: ProductFacts, products: NDArray[np.int64]) -> NDArray[np.float32]:  # [n]
    """How likely products are for somebody unknown, by how many customers bought each of late: evens of the most
    popular of them."""
    popular = facts.values[facts.known(products), POPULAR]
    odds = np.exp(popular - popular.max(initial=0.0))
    return np.asarray(odds / (1.0 + odds), dtype=np.float32)


def log_odds(likely: NDArray[np.float32]) -> NDArray[np.float32]:
    """Of probabilities, none taken for less than one in a million."""
    bounded = np.clip(likely, 1e-6, SURE)
    return np.asarray(np.log(bounded / (1.0 - bounded)), dtype=np.float32)


def _best(values: NDArray[np.float32], meant: NDArray[np.float32]) -> NDArray[np.float32]:  # [n, m], [n] -> [m]
    """The greatest value among the products that are wanted, as expected where that is not certain; of none, 0."""
    if not len(meant):
        return np.zeros(values.shape[1], dtype=np.float32)
    if len(meant) == 1:
        return np.asarray(meant[0] * values[0], dtype=np.float32)
    if meant.min() >= 1.0:
        return np.asarray(values.max(axis=0), dtype=np.float32)
    columns = np.ascontiguousarray(values.T)  # [m, n], each sort in one piece of memory
    order = np.argsort(-columns, axis=1)
    chance = meant.take(order)
    before = np.ones_like(chance)
    np.cumprod(1.0 - chance[:, :-1], axis=1, out=before[:, 1:])
    best: NDArray[np.float32] = np.einsum("ij,ij,ij->i", np.take_along_axis(columns, order, axis=1), chance, before)
    return best
