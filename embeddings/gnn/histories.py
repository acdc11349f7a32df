"""Histories: who did what with which product, as one sparse pattern with the weights that learning needs."""

from dataclasses import dataclass
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from embeddings.gnn.config import GnnConfig
from embeddings.interaction_matrix import InteractionMatrix, pair_starts
from embeddings.scratch import MEMORY, Scratch
from embeddings.spectral import powers
from embeddings.vectors.embedding_set import kind_weights

__all__ = ["Histories"]

SMOOTHING = 0.1
"""Popularity and discovery of a product nobody knows, in customers."""

HEAD = 500
"""Gains are told as multiples of the mean of this many greatest ones."""

ENTRIES = ("products", "history", "recency", "target")


@dataclass(frozen=True)
class Histories:
    """One entry a (customer, product) with any weight, customer by customer, products rising.

    What was only disliked, by kinds of a weight below 0, counts against a customer's history and is no target.

    history: Σ over the rows of the pair of what they weigh in `EmbeddingSet.customer_vector`, degree included.
    recency: the greatest kind weight · 2^(-age / spectral half-life) of its rows.
    target: how likely it is drawn as a target: kind weight · 2^(-age of its first row / half-life) · gain^head_power.
    degree_weights: degree^-degree_power, degree being the column sums of `recency`, at least 1.
    gains: popularity^popularity_power · discovery^discovery_power, what a product's score is multiplied by. Popularity
        is distinct customers, each as much as their newest interaction still counts, discovery by their first one.
    """

    shape: tuple[int, int]
    offsets: NDArray[np.int64]  # [num_customers + 1]
    products: NDArray[np.int32]  # [num_entries]
    history: NDArray[np.float32]  # [num_entries]
    recency: NDArray[np.float32]  # [num_entries]
    target: NDArray[np.float32]  # [num_entries]
    degree_weights: NDArray[np.float32]  # [num_products]
    gains: NDArray[np.float32]  # [num_products]
    scratch: Scratch = MEMORY  # where the entries lie

    @classmethod
    def of(cls, matrix: InteractionMatrix, config: GnnConfig) -> "Histories":
        """Two passes over the rows, a block of customers at a time: the second knows each product's weight and gain."""
        scratch, num_products = matrix.scratch, matrix.shape[1]
        columns: dict[str, NDArray[Any]] = {
            name: scratch.empty(len(matrix), np.int32 if name == "products" else np.float32) for name in ENTRIES
        }
        sizes = np.zeros(matrix.shape[0] + 1, dtype=np.int64)
        popularity, discovery, degree = np.zeros((3, num_products))
        length = 0
        for part in matrix.parts():
            pairs = _Pairs.of(part, config)
            some = slice(length, length + len(pairs.products))
            for name in ENTRIES:
                columns[name][some] = getattr(pairs, name)
            np.add.at(sizes, pairs.customers + 1, 1)
            for total, weights in (
                (popularity, pairs.popularity),
                (discovery, pairs.discovery),
                (degree, pairs.recency),
            ):
                total += np.bincount(pairs.products, weights, minlength=num_products)
            length = some.stop
        columns = {name: scratch.trimmed(column, length) for name, column in columns.items()}
        gains = (popularity + SMOOTHING) ** config.popularity_power * (discovery + SMOOTHING) ** config.discovery_power
        if len(gains):
            gains /= np.sort(gains)[-HEAD:].mean()
        degree_weights, heads = powers(np.maximum(degree, 1.0), -config.degree_power), gains**config.head_power
        for some in scratch.slices(length):
            columns["history"][some] *= degree_weights[columns["products"][some]]
            columns["target"][some] *= heads[columns["products"][some]].astype(np.float32)
        return cls(
            shape=matrix.shape,
            offsets=np.cumsum(sizes),
            degree_weights=degree_weights,
            gains=gains.astype(np.float32),
            scratch=scratch,
            **columns,
        )

    def matrix(self, weights: NDArray[np.float32]) -> sparse.csr_array:  # [num_customers, num_products]
        """The pattern with these weights, one an entry."""
        return sparse.csr_array((weights, self.products, self.offsets), shape=self.shape)

    def customers(self, entries: NDArray[np.int64]) -> NDArray[np.int64]:  # [n] -> [n]
        """Whose these entries are."""
        return np.searchsorted(self.offsets, entries, side="right") - 1

    def sizes(self) -> NDArray[np.int64]:  # [num_customers]
        """How many distinct products each customer has."""
        return np.diff(self.offsets)

    def likings(self) -> NDArray[np.int64]:  # [num_customers]
        """How many of them each customer may be asked for."""
        likings = np.zeros(self.shape[0], dtype=np.int64)
        for some in self.scratch.slices(len(self.products)):
            liked = some.start + np.flatnonzero(self.target[some] > 0)
            np.add.at(likings, self.customers(liked), 1)
        return likings

    def buyers(self) -> NDArray[np.float32]:  # [num_products]
        """How many distinct customers each product has who did not only dislike it."""
        buyers = np.zeros(self.shape[1], dtype=np.int64)
        for some in self.scratch.slices(len(self.products)):
            buyers += np.bincount(self.products[some][self.recency[some] > 0], minlength=len(buyers))
        return buyers.astype(np.float32)


class _Pairs(NamedTuple):
    """The (customer, product) pairs of some rows, products before their weight and gain: [num_entries] all."""

    customers: NDArray[np.int32]
    products: NDArray[np.int32]
    history: NDArray[np.float32]
    recency: NDArray[np.float32]
    target: NDArray[np.float32]
    popularity: NDArray[np.float32]
    discovery: NDArray[np.float32]

    @classmethod
    def of(cls, matrix: InteractionMatrix, config: GnnConfig) -> Self:
        by_kind = kind_weights({kind.value: weight for kind, weight in config.kind_weights.items()})[matrix.kind]
        kept = by_kind != 0
        worth, ages = by_kind[kept], matrix.ages()[kept]
        liking = np.maximum(worth, 0.0)
        customer, product = matrix.customer[kept], matrix.product[kept]
        starts = pair_starts(customer, product)

        def decayed(half_life_days: float, days: NDArray[np.float32]) -> NDArray[np.float32]:
            share: NDArray[np.float32] = np.exp2(-days / np.float32(half_life_days))
            return share

        summed = worth * matrix.times[kept] ** np.float32(config.times_power) * decayed(config.half_life_days, ages)
        oldest, best = _of_pairs(np.maximum, ages, starts), _of_pairs(np.maximum, liking, starts)
        return cls(
            customers=customer[starts],
            products=product[starts],
            history=_of_pairs(np.add, summed, starts),
            recency=_of_pairs(np.maximum, liking * decayed(config.spectral_half_life_days, ages), starts),
            target=best * decayed(config.targets_half_life_days, oldest),
            popularity=_of_pairs(np.maximum, liking * decayed(config.popularity_half_life_days, ages), starts),
            discovery=best * decayed(config.discovery_half_life_days, oldest),
        )


def _of_pairs(reduce: np.ufunc, rows: NDArray[np.float32], starts: NDArray[np.int64]) -> NDArray[np.float32]:
    """The rows of each pair as one: [num_rows] -> [num_entries]."""
    return reduce.reduceat(rows, starts).astype(np.float32) if len(starts) else np.zeros(0, dtype=np.float32)
