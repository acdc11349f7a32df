"""Histories: who did what with which product, as one sparse pattern with the weights that learning needs."""

from collections.abc import Sequence
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

__all__ = ["Histories", "Sort"]

SMOOTHING = 0.1
"""Popularity and discovery of a product nobody knows, in customers."""

HEAD = 500
"""Gains are told as multiples of the mean of this many greatest ones."""

ENTRIES = ("products", "history", "recency", "target")


class Sort(NamedTuple):
    """Interactions of one kind and age. kind: position in `list(InteractionKind)`. age: how many bounds are passed."""

    kind: int
    age: int


@dataclass(frozen=True)
class Histories:
    """One entry a (customer, product) with any weight, customer by customer, products rising.

    What adds up to nothing or less, returned or only disliked, by kinds of a weight below 0, counts in a customer's
    history and nowhere else: it is no target, and nobody's purchase.

    history: Σ over the rows of the pair of what they weigh in `EmbeddingSet.customer_vector`, degree included.
    by_sort: the same by the sort of interaction, which adds up to `history`; one sort of everything unless factors of
        sorts are learnt. sorts: then those that occur.
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
    by_sort: NDArray[np.float32]  # [num_sorts, num_entries]
    degree_weights: NDArray[np.float32]  # [num_products]
    gains: NDArray[np.float32]  # [num_products]
    sorts: tuple[Sort, ...] = ()
    scratch: Scratch = MEMORY  # where the entries lie

    @classmethod
    def of(cls, matrix: InteractionMatrix, config: GnnConfig) -> "Histories":
        """Two passes over the rows, a block of customers at a time: the second knows each product's weight and gain."""
        scratch, num_products = matrix.scratch, matrix.shape[1]
        sorts = _sorts(matrix, config)
        by_sort = scratch.empty((len(sorts), len(matrix)), np.float32) if len(sorts) > 1 else None
        columns: dict[str, NDArray[Any]] = {
            name: scratch.empty(len(matrix), np.int32 if name == "products" else np.float32) for name in ENTRIES
        }
        sizes = np.zeros(matrix.shape[0] + 1, dtype=np.int64)
        popularity, discovery, degree = np.zeros((3, num_products))
        length = 0
        for part in matrix.parts():
            pairs = _Pairs.of(part, config, sorts)
            some = slice(length, length + len(pairs.products))
            for name in ENTRIES:
                columns[name][some] = getattr(pairs, name)
            if by_sort is not None:
                by_sort[:, some] = pairs.by_sort
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
            if by_sort is not None:
                by_sort[:, some] *= degree_weights[columns["products"][some]]
            columns["target"][some] *= heads[columns["products"][some]].astype(np.float32)
        return cls(
            shape=matrix.shape,
            offsets=np.cumsum(sizes),
            degree_weights=degree_weights,
            gains=gains.astype(np.float32),
            by_sort=columns["history"][None] if by_sort is None else by_sort[:, :length],
            sorts=sorts,
            scratch=scratch,
            **columns,
        )

    def matrix(self, weights: NDArray[np.float32]) -> sparse.csr_array:  # [num_customers, num_products]
        """The pattern with these weights, one an entry."""
        return sparse.csr_array((weights, self.products, self.offsets), shape=self.shape)

    def weighted(self, factors: NDArray[np.float32]) -> sparse.csr_array:  # [num_customers, num_products]
        """What each product weighs in each history where the sorts have these factors [num_sorts]."""
        if len(self.by_sort) == 1:
            return self.matrix(self.history)
        weights = self.scratch.empty(len(self.products), np.float32)
        for some in self.scratch.slices(len(weights)):
            weights[some] = factors @ self.by_sort[:, some]
        return self.matrix(weights)

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
    by_sort: NDArray[np.float32]  # [num_sorts, num_entries]

    @classmethod
    def of(cls, matrix: InteractionMatrix, config: GnnConfig, sorts: Sequence[Sort]) -> Self:
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
        history = _of_pairs(np.add, summed, starts)
        by_sort = history[None]
        if len(sorts) > 1:
            kinds, ages_passed = matrix.kind[kept], np.searchsorted(config.age_bounds, ages, side="right")
            chosen = [(kinds == sort.kind) & (ages_passed == sort.age) for sort in sorts]
            by_sort = np.stack([_of_pairs(np.add, summed * rows, starts) for rows in chosen])
        liking = liking * np.repeat(history > 0, np.diff(starts, append=len(liking)))  # what was undone is not liked
        oldest, best = _of_pairs(np.maximum, ages, starts), _of_pairs(np.maximum, liking, starts)
        return cls(
            customers=customer[starts],
            products=product[starts],
            history=history,
            recency=_of_pairs(np.maximum, liking * decayed(config.spectral_half_life_days, ages), starts),
            target=best * decayed(config.targets_half_life_days, oldest),
            popularity=_of_pairs(np.maximum, liking * decayed(config.popularity_half_life_days, ages), starts),
            discovery=best * decayed(config.discovery_half_life_days, oldest),
            by_sort=by_sort,
        )


def _sorts(matrix: InteractionMatrix, config: GnnConfig) -> tuple[Sort, ...]:
    """The sorts that occur and weigh something, where their factors are learnt; of one alone it would say nothing."""
    if config.factor_learning_rate == 0:
        return ()
    num_ages = len(config.age_bounds) + 1
    by_kind = kind_weights({kind.value: weight for kind, weight in config.kind_weights.items()})
    found = np.zeros(len(by_kind) * num_ages, dtype=np.bool_)
    for part in matrix.parts():
        ages = np.searchsorted(config.age_bounds, part.ages(), side="right")
        found[part.kind * np.int64(num_ages) + ages] = True
    sorts = [Sort(*map(int, divmod(code, num_ages))) for code in np.flatnonzero(found).tolist()]
    weighing = tuple(sort for sort in sorts if by_kind[sort.kind] != 0)
    return weighing if len(weighing) > 1 else ()


def _of_pairs(reduce: np.ufunc, rows: NDArray[np.float32], starts: NDArray[np.int64]) -> NDArray[np.float32]:
    """The rows of each pair as one: [num_rows] -> [num_entries]."""
    return reduce.reduceat(rows, starts).astype(np.float32) if len(starts) else np.zeros(0, dtype=np.float32)
