"""SessionBatches: sessions of about one length side by side, each product to be told from those before it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from embeddings.sessions.sessions import Sessions

__all__ = ["Batch", "SessionBatches"]

SMALLEST = 16
"""Of a batch."""


class Batch(NamedTuple):
    """The newest products of some sessions, padded with row 0."""

    done: Tensor  # [num_sessions, most_products] int64
    next: Tensor  # [num_sessions, most_products] int64, what came after each
    there: Tensor  # [num_sessions, most_products] bool, False for padding


@dataclass(frozen=True)
class SessionBatches:
    """size: about how many products to be told a batch has. most_products: no more of a session, its newest."""

    sessions: Sessions
    size: int
    most_products: int

    def smaller(self, fewest: int) -> "SessionBatches":
        """Batches of which an epoch has at least so many, as far as those of SMALLEST products allow."""
        return replace(self, size=min(self.size, max(self.num_products() // fewest, SMALLEST)))

    def epoch(self, rng: np.random.Generator) -> Iterator[Batch]:
        """Every session of two products or more once, in random batches."""
        lengths = np.minimum(np.diff(self.sessions.offsets), self.most_products + 1) - 1  # products to be told
        long_enough = np.flatnonzero(lengths > 0)
        order = long_enough[np.argsort(lengths[long_enough] + rng.random(len(long_enough)))]
        ends = np.cumsum(lengths[order])
        batches = np.split(order, np.searchsorted(ends, np.arange(self.size, ends[-1:].sum(), self.size)))
        for place in rng.permutation(len(batches)):
            if len(batches[place]):
                yield self._batch(batches[place], lengths[batches[place]])

    def num_products(self) -> int:
        """How many products an epoch has to be told."""
        return int(np.maximum(np.minimum(np.diff(self.sessions.offsets), self.most_products + 1) - 1, 0).sum())

    def _batch(self, sessions: NDArray[np.int64], lengths: NDArray[np.int64]) -> Batch:
        steps = np.arange(int(lengths.max()) + 1)
        places = (self.sessions.offsets[sessions + 1] - lengths - 1)[:, None] + steps
        there = steps <= lengths[:, None]
        products = np.where(there, self.sessions.products.take(places, mode="clip"), 0).astype(np.int64)
        rows = torch.from_numpy(products)
        return Batch(rows[:, :-1], rows[:, 1:], torch.from_numpy(there[:, 1:]))
