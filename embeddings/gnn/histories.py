"""Histories: who did what with which product, as one sparse pattern with the weights that learning needs."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from embeddings.embedding_set import kind_weights
from embeddings.gnn.config import GnnConfig
from embeddings.interaction_matrix import InteractionMatrix
from embeddings.spectral import powers

__all__ = ["Histories"]

SMOOTHING = 0.1
"""Popularity and discovery of a product nobody knows, in customers."""

HEAD = 500
"""Gains are told as multiples of the mean of this many greatest ones."""


@dataclass(frozen=True)
class Histories:
    """One entry a (customer, product) with any weight, customer by customer, products rising.

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

    @classmethod
    def of(cls, matrix: InteractionMatrix, config: GnnConfig) -> "Histories":
        by_kind = kind_weights({kind.value: weight for kind, weight in config.kind_weights.items()})[matrix.kind]
        kept = by_kind > 0
        worth, ages = by_kind[kept], matrix.ages()[kept]
        customer, product = matrix.customer[kept], matrix.product[kept]
        num_customers, num_products = matrix.shape
        changes = (np.diff(customer, prepend=-1) != 0) | (np.diff(product, prepend=-1) != 0)
        starts = np.flatnonzero(changes)  # [num_entries], where each pair's rows begin
        columns = product[starts]  # [num_entries]

        def decayed(half_life_days: float, days: NDArray[np.float32]) -> NDArray[np.float32]:
            share: NDArray[np.float32] = np.exp2(-days / np.float32(half_life_days))
            return share

        def by_product(weights: NDArray[np.float32]) -> NDArray[np.float64]:  # [num_entries] -> [num_products]
            return np.bincount(columns, weights, minlength=num_products).astype(np.float64)

        summed = worth * matrix.times[kept] ** np.float32(config.times_power) * decayed(config.half_life_days, ages)
        history = _of_pairs(np.add, summed, starts)
        recency = _of_pairs(np.maximum, worth * decayed(config.spectral_half_life_days, ages), starts)
        popularity = _of_pairs(np.maximum, worth * decayed(config.popularity_half_life_days, ages), starts)
        oldest, best = _of_pairs(np.maximum, ages, starts), _of_pairs(np.maximum, worth, starts)
        discovery = best * decayed(config.discovery_half_life_days, oldest)
        gains = (by_product(popularity) + SMOOTHING) ** config.popularity_power
        gains *= (by_product(discovery) + SMOOTHING) ** config.discovery_power
        if len(gains):
            gains /= np.sort(gains)[-HEAD:].mean()
        degree_weights = powers(np.maximum(by_product(recency), 1.0), -config.degree_power)
        target = best * decayed(config.targets_half_life_days, oldest) * gains[columns] ** config.head_power
        return cls(
            shape=matrix.shape,
            offsets=np.searchsorted(customer[starts], np.arange(num_customers + 1)).astype(np.int64),
            products=columns,
            history=(history * degree_weights[columns]).astype(np.float32),
            recency=recency,
            target=target.astype(np.float32),
            degree_weights=degree_weights,
            gains=gains.astype(np.float32),
        )

    def matrix(self, weights: NDArray[np.float32]) -> sparse.csr_array:  # [num_customers, num_products]
        """The pattern with these weights, one an entry."""
        return sparse.csr_array((weights, self.products, self.offsets), shape=self.shape)

    def sizes(self) -> NDArray[np.int64]:  # [num_customers]
        """How many distinct products each customer has."""
        return np.diff(self.offsets)

    def buyers(self) -> NDArray[np.float32]:  # [num_products]
        """How many distinct customers each product has."""
        return np.bincount(self.products, minlength=self.shape[1]).astype(np.float32)


def _of_pairs(reduce: np.ufunc, rows: NDArray[np.float32], starts: NDArray[np.int64]) -> NDArray[np.float32]:
    """The rows of each pair as one: [num_rows] -> [num_entries]."""
    return reduce.reduceat(rows, starts).astype(np.float32) if len(starts) else np.zeros(0, dtype=np.float32)
