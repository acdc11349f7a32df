"""Prefixes: beginnings of sessions and the product that came next, to learn from or to be judged on."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embeddings.nearest import Nearest
from embeddings.sessions.sessions import Sessions

__all__ = ["Found", "Prefixes", "found_in"]


@dataclass(frozen=True)
class Prefixes:
    """Beginning i is ``products[starts[i]:ends[i]]``, oldest first; `next[i]` came after it."""

    products: NDArray[np.int64]
    starts: NDArray[np.int64]  # [n]
    ends: NDArray[np.int64]  # [n]
    next: NDArray[np.int64]  # [n]

    def __len__(self) -> int:
        return len(self.next)

    def __iter__(self) -> Iterator[tuple[NDArray[np.int64], int]]:
        for start, end, product in zip(self.starts.tolist(), self.ends.tolist(), self.next.tolist(), strict=True):
            yield self.products[start:end], product

    @classmethod
    def of(cls, sessions: Sessions) -> "Prefixes":
        """Every beginning of one product or more that something came after."""
        lengths = np.maximum(np.diff(sessions.offsets) - 1, 0)
        starts = np.repeat(sessions.offsets[:-1], lengths)
        ends = starts + 1 + np.arange(len(starts)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        products = sessions.products.astype(np.int64)
        return cls(products, starts, ends, products[ends])

    def sample(self, number: int, rng: np.random.Generator) -> "Prefixes":
        """At random so many of them, in their order; all where there are no more."""
        return self.at(np.sort(rng.permutation(len(self))[:number]))

    def at(self, places: NDArray[np.int64]) -> "Prefixes":
        return Prefixes(self.products, self.starts[places], self.ends[places], self.next[places])


@dataclass(frozen=True)
class Found:
    """One value a beginning: hit 1.0 where the next product is in the list, reciprocal 1 / its rank there, else 0."""

    hit: NDArray[np.float64]
    reciprocal: NDArray[np.float64]

    @property
    def gain(self) -> float:
        """The mean of 1 / log2(1 + rank): what a list is chosen by, between how often and how far up."""
        ranks = 1.0 / self.reciprocal[self.reciprocal > 0]
        return float((1.0 / np.log2(1.0 + ranks)).sum() / max(len(self.hit), 1))


def found_in(prefixes: Prefixes, answer: Callable[[NDArray[np.int64]], Nearest]) -> Found:
    """Where the next product stands in the list that `answer` has for each beginning."""
    reciprocal = np.zeros(len(prefixes))
    for place, (products, following) in enumerate(prefixes):
        ranks = (answer(products).rows == following).nonzero()[0]
        if len(ranks):
            reciprocal[place] = 1.0 / (1.0 + ranks[0])
    return Found((reciprocal > 0).astype(np.float64), reciprocal)
