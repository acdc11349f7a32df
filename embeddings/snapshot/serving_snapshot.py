"""ServingSnapshot: an EmbeddingSet with all that an answer needs beside it, read-only, swapped as one reference."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from embeddings.intent import Intent
from embeddings.nearest import VectorIndex
from embeddings.predictions import Predictions
from embeddings.ranking import Ranking
from embeddings.vectors.embedding_set import EmbeddingSet
from graph import CustomerId, ProductId

__all__ = ["Adjacency", "ServingSnapshot"]


@dataclass(frozen=True)
class Adjacency:
    """Neighbours by row, compressed: those of row r are ``columns[offsets[r]:offsets[r + 1]]``, strongest first.

    counts: how many customers, baskets or shared products stand behind each neighbour (what a reason says).
    strengths: the score it is ordered by.
    """

    offsets: NDArray[np.int64]  # [num_rows + 1]
    columns: NDArray[np.int32]  # [num_entries]
    counts: NDArray[np.int32]  # [num_entries]
    strengths: NDArray[np.float32]  # [num_entries]

    def of(self, row: int) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float32]]:
        """(columns, counts, strengths) of one row, as views."""
        part = slice(self.offsets[row], self.offsets[row + 1])
        return self.columns[part], self.counts[part], self.strengths[part]

    def columns_of(self, rows: NDArray[np.int64]) -> list[NDArray[np.int32]]:
        """The columns of each of these rows, as views."""
        starts, ends = self.offsets.take(rows).tolist(), self.offsets.take(rows + 1).tolist()
        return [self.columns[start:end] for start, end in zip(starts, ends, strict=True)]

    def entries_of(self, rows: NDArray[np.int64], each: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """(the places in `columns` of the first `each` neighbours of these rows, how many of them each row has)."""
        starts = self.offsets.take(rows)
        lengths = np.minimum(self.offsets.take(rows + 1) - starts, each)
        ends = lengths.cumsum()
        places = np.arange(lengths.sum())
        places += (starts - (ends - lengths)).repeat(lengths)
        return places, lengths


@dataclass(frozen=True)
class ServingSnapshot:
    """One version of everything learnt, opened by mmap.

    bought_together: product → products bought in the same basket or by the same customers soon after; counts are
        distinct customers.
    purchases: customer → products bought; counts are baskets, strengths the time-decayed count at `as_of`.
    buyers: product → customers who bought it; counts are baskets, strengths the time-decayed count at `as_of`.
    similar_customers: customer → customers nearest by vector; counts are distinct products both bought.
    popularity: [num_products] distinct customers, time-decayed at `as_of`.
    ranking: how likely a product is bought within a month; None where there was too little to learn it from.
    intent: what a session changes of that; None where there was too little to learn it from, or no ranking.
    predictions: when customers buy next, and what of; None where there was too little to learn it from.
    """

    set: EmbeddingSet
    index: VectorIndex
    customer_index: VectorIndex
    bought_together: Adjacency
    purchases: Adjacency
    buyers: Adjacency
    similar_customers: Adjacency
    popularity: NDArray[np.float32]
    product_rows: dict[ProductId, int]
    customer_rows: dict[CustomerId, int]
    folder: Path | None = None
    ranking: Ranking | None = None
    intent: Intent | None = None
    predictions: Predictions | None = None

    @property
    def version(self) -> str:
        return self.set.version
