"""Ranked: what a version's ranking lists for a holdout's customers, and its intent with half a basket in the cart."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from embeddings.artifacts.holdout import Holdout, K
from embeddings.intent import Intent
from embeddings.intent.intent import POPULAR, Session
from embeddings.ranking import Habits, Ranking
from graph import Instant, ProductId, day_of

__all__ = ["Ranked", "besides"]

CANDIDATES = 400
"""Of the products a customer never had, so many are ranked, the most popular of late."""


@dataclass(frozen=True)
class Ranked:
    """Lists of columns of a holdout's products, [num_customers, K], -1 where there are fewer, their number for a
    product that is none of them.

    again: of what each customer had at the cut. new: of what they had not. begun: of both, once every second product
    of a basket lies in the cart; unheeded: as if the cart were empty. The last two are empty without an intent.
    """

    again: NDArray[np.int32]
    new: NDArray[np.int32]
    begun: NDArray[np.int32]
    unheeded: NDArray[np.int32]

    @classmethod
    def of(
        cls, holdout: Holdout, products: Sequence[ProductId], ranking: Ranking, intent: Intent | None, as_of: Instant
    ) -> Self:
        """products: those that the ranking, and the intent learnt with it up to `as_of`, have rows of."""
        asked = _Asked(holdout, holdout.places(products), ranking, day_of(as_of))
        popular = np.argsort(-ranking.facts.values[:-1, POPULAR], kind="stable")[:CANDIDATES]
        listed = cls(*(np.full((len(holdout.customers), K), -1, dtype=np.int32) for _ in range(4)))
        for customer, in_cart in enumerate(sessions(holdout)):
            habits = asked.habits(customer)
            if habits is None:
                continue
            fresh = np.setdiff1d(popular, habits.products, assume_unique=True)
            again, new = ranking.again_probabilities(habits), ranking.next_probabilities(habits, fresh)
            asked.list_best(listed.again[customer], habits.products, again)
            asked.list_best(listed.new[customer], fresh, new)
            seen = asked.rows(in_cart)
            if intent is None or not len(seen):
                continue
            rows, likely = np.concatenate([habits.products, fresh]), np.concatenate([again, new])
            order = np.argsort(rows)
            order = order[~np.isin(rows[order], seen)]
            rows, likely, had = rows[order], likely[order], order < len(again)
            session = Session(seen, np.ones(len(seen), dtype=np.float32))
            now = intent.likely(session, intent.alike(session), rows, likely, had, ranking.facts, stranger=False)
            asked.list_best(listed.begun[customer], rows, now)
            asked.list_best(listed.unheeded[customer], rows, likely)
        return listed


def sessions(holdout: Holdout) -> Iterator[NDArray[np.int64]]:
    """Of each customer the columns in the cart: every second of `holdout.basket`."""
    for first, last in itertools.pairwise(holdout.basket.indptr.tolist()):
        yield np.sort(holdout.basket.indices[first:last])[1::2].astype(np.int64)


def besides(holdout: Holdout) -> sparse.csr_array:
    """What is taken beside that: csr [num_customers, num_products] float32."""
    left = sparse.lil_array(holdout.basket)
    for customer, columns in enumerate(sessions(holdout)):
        left[customer, columns] = 0.0
    return sparse.csr_array(left)


@dataclass(frozen=True)
class _Asked:
    """A ranking beside a holdout whose product i is its row `places[i]`, -1 where it has none; learnt: the day up to
    which it was learnt."""

    holdout: Holdout
    places: NDArray[np.int64]
    ranking: Ranking
    learnt: int

    def habits(self, customer: int) -> Habits | None:
        """Those of a customer at the cut; None where they had nothing that the ranking knows."""
        columns, days, times = self.holdout.purchases(customer)
        known = np.flatnonzero(self.places[columns] >= 0)
        if not len(known):
            return None
        products = self.places[columns[known]]
        order = np.lexsort((days[known], products))
        known = known[order]
        today = day_of(self.holdout.cut)
        until = min(self.learnt, today)
        return self.ranking.habits(products[order], days[known], times[known], today, learnt_until=until)

    def rows(self, columns: NDArray[np.int64]) -> NDArray[np.int64]:
        """Of those columns that the ranking knows."""
        rows = self.places[columns]
        return rows[rows >= 0]

    def list_best(self, into: NDArray[np.int32], rows: NDArray[np.int64], likely: NDArray[np.float32]) -> None:
        best = np.argsort(-likely, kind="stable")[:K]
        into[: len(best)] = self._columns[rows[best]]

    @cached_property
    def _columns(self) -> NDArray[np.int32]:  # [num_products of the ranking]
        beyond = len(self.holdout.products)
        columns = np.full(self.ranking.facts.num_products, beyond, dtype=np.int32)
        known = np.flatnonzero(self.places >= 0)
        columns[self.places[known]] = known
        return columns
