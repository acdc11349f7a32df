"""Holdout: what customers did up to a cut and bought after it, kept with a version to ask any set the same."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from embeddings.adjacency import BasketLines, basket_lines
from embeddings.evaluation.metrics import ndcg_at
from embeddings.evaluation.ranker import ScoreRanker
from embeddings.evaluation.split import Split, Task
from embeddings.evaluation.vector_ranker import VectorRanker
from embeddings.interaction_matrix import PURCHASED
from embeddings.vectors.embedding_set import EmbeddingSet
from graph import CustomerId, Instant, ProductId, day_of

__all__ = ["Holdout", "K"]

K = 20
MOST_CUSTOMERS = 2000
"""More would make a version larger and its check slower; the interval of a difference hardly narrower."""


@dataclass(frozen=True)
class Holdout:
    """Customers with a history before the cut and purchases after it.

    cut: where the history ends; the purchases are from then on.
    departments, categories: of each product as the catalogue named them when this was made, "" where it did not.
    offsets, product, kind, day, times: the history of customer i is rows offsets[i] to offsets[i + 1].
    bought: csr [num_customers, num_products] float32, 1 where bought after the cut; at least one a row.
    basket: the same of the one basket after the cut that held most products.
    buyers: [num_products] distinct customers up to the cut, of all customers there are.
    """

    cut: Instant
    customers: list[CustomerId]
    products: list[ProductId]
    departments: list[str]
    categories: list[str]
    offsets: NDArray[np.int64]  # [num_customers + 1]
    product: NDArray[np.int32]  # [num_rows]
    kind: NDArray[np.int8]  # [num_rows], position in `list(InteractionKind)`
    day: NDArray[np.int32]  # [num_rows]
    times: NDArray[np.int32]  # [num_rows]
    bought: sparse.csr_array
    basket: sparse.csr_array
    buyers: NDArray[np.int32]

    @classmethod
    def of(cls, split: Split, departments: Sequence[str], categories: Sequence[str]) -> Self:
        """Of a time split, at most MOST_CUSTOMERS evenly spread over the ids; departments, categories: of its products.

        NothingToEvaluate where a side of the split is empty.
        """
        train, held_out = split.matrix(), split.held_out(Task.ALL)
        sizes = np.bincount(train.customer, minlength=len(train.customers))
        rows = np.array([train.customer_rows[customer] for customer in held_out.customers], dtype=np.int64)
        asked = np.flatnonzero(sizes[rows])  # a customer without a history has no vector in any set
        asked = asked[np.linspace(0, len(asked) - 1, min(len(asked), MOST_CUSTOMERS), dtype=np.int64)]
        ends = np.cumsum(sizes)
        own = rows[asked]
        kept = np.concatenate([np.arange(ends[row] - sizes[row], ends[row]) for row in own] or [np.empty(0, np.int64)])
        customers = [held_out.customers[place] for place in asked]
        return cls(
            cut=split.cut,
            customers=customers,
            products=train.products,
            departments=list(departments),
            categories=list(categories),
            offsets=np.concatenate([[0], np.cumsum(sizes[own])]).astype(np.int64),
            product=train.product[kept],
            kind=train.kind[kept],
            day=train.day[kept],
            times=train.times[kept],
            bought=sparse.csr_array(held_out.relevant[asked]),
            basket=_largest_baskets(basket_lines(split.test, customers, train.products), len(customers)),
            buyers=np.bincount(train.bought().indices, minlength=train.shape[1]).astype(np.int32),
        )

    def lists(self, embeddings: EmbeddingSet, task: Task, *, strangers: bool = False) -> NDArray[np.int32]:
        """What a set would list for each customer at the cut: [num_customers, K] columns of `products`, -1 where none.

        A product of the set that is none of `products` gets the column after the last. strangers: each customer is
        given the vector of another one, half the customers further on; what is masked stays their own.
        """
        vectors = self.customer_vectors(embeddings)
        if strangers:
            vectors = np.roll(vectors, len(vectors) // 2, axis=0)
        asked = replace(embeddings, customers=self.customers, customer_vectors=vectors)
        columns = self.places(embeddings.products)
        owner = np.repeat(np.arange(len(self.customers)), np.diff(self.offsets))
        known = (columns[self.product] >= 0) & (self.kind == PURCHASED)
        cells = (owner[known], columns[self.product[known]])
        shape = (len(self.customers), len(embeddings.products))
        history = sparse.csr_array((np.ones(len(cells[0]), dtype=np.float32), cells), shape=shape)
        found = VectorRanker(asked, history).rank(self.customers, K, task.masks_history)
        back = {product: column for column, product in enumerate(self.products)}
        beyond = len(self.products)
        own = np.array([*(back.get(product, beyond) for product in embeddings.products), -1], dtype=np.int32)
        return own[found]

    def purchases(self, customer: int) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """(columns, days, times) of what a customer bought up to the cut, one a product and day."""
        rows = slice(self.offsets[customer], self.offsets[customer + 1])
        bought = self.kind[rows] == PURCHASED
        columns, days, times = (
            values[rows][bought].astype(np.int64) for values in (self.product, self.day, self.times)
        )
        return columns, days, times

    def bought_often(self) -> NDArray[np.int32]:
        """What each customer bought on most days up to the cut: [num_customers, K] columns, -1 where they had fewer."""
        listed = np.full((len(self.customers), K), -1, dtype=np.int32)
        for customer in range(len(self.customers)):
            columns, days = np.unique(self.purchases(customer)[0], return_counts=True)
            best = np.argsort(-days, kind="stable")[:K]
            listed[customer, : len(best)] = columns[best]
        return listed

    def popular(self, task: Task) -> NDArray[np.int32]:
        """The same products for everybody, those most customers bought before the cut, as lists: [num_customers, K]."""
        rows = {customer: row for row, customer in enumerate(self.customers)}
        ranker = ScoreRanker(self.products, rows, self._bought_before, _Everybody(self.buyers.astype(np.float32)))
        return ranker.rank(self.customers, K, task.masks_history)

    def ndcg(self, lists: NDArray[np.int32], task: Task) -> NDArray[np.float64]:
        """NDCG@20 of lists, one value for each customer who has something to find: for all of them (`Task.ALL`), or
        for those who bought what they had not bought before (`Task.NEW`)."""
        relevant = self.relevant(task)
        values: NDArray[np.float64] = ndcg_at(K, lists, relevant)[np.diff(relevant.indptr) > 0]
        return values

    def relevant(self, task: Task) -> sparse.csr_array:
        """What is to be found for a task: csr [num_customers, num_products] float32."""
        if task is Task.ALL:
            return self.bought
        new = sparse.csr_array(self.bought - self.bought.multiply(self._bought_before))
        new.eliminate_zeros()
        return new

    @cached_property
    def _bought_before(self) -> sparse.csr_array:  # [num_customers, num_products] float32, 1 or absent
        owner = np.repeat(np.arange(len(self.customers)), np.diff(self.offsets))
        bought = self.kind == PURCHASED
        cells = (owner[bought], self.product[bought])
        matrix = sparse.csr_array((np.ones(len(cells[0]), dtype=np.float32), cells), shape=self.bought.shape)
        matrix.sum_duplicates()
        matrix.data[:] = 1.0
        return matrix

    def places(self, products: Sequence[ProductId]) -> NDArray[np.int64]:  # [num_products]
        """Where each of this holdout's products stands among others, -1 where it is none of them."""
        rows = {product: row for row, product in enumerate(products)}
        return np.array([rows.get(product, -1) for product in self.products], dtype=np.int64)

    def customer_vectors(
        self, embeddings: EmbeddingSet
    ) -> NDArray[np.float32]:  # [num_customers, dim], unit length or zero
        """What the set's customer function makes of the histories at the cut, nobody's traits being known."""
        function = embeddings.manifest.customer_function
        rows = self.places(embeddings.products)[self.product]
        known = rows >= 0
        rows, kind, day, times = rows[known], self.kind[known], self.day[known], self.times[known]
        ages = np.maximum(day_of(Instant(min(self.cut, embeddings.manifest.as_of))) - day, 0)
        weights = function.worth().of(kind, ages) * times**function.times_power
        weights = weights * embeddings.input_weights[rows] * np.exp2(ages * (-1.0 / function.half_life_days))
        owner = np.repeat(np.arange(len(self.customers)), np.diff(self.offsets))[known]
        shape = (len(self.customers), len(embeddings.products))
        sums = sparse.csr_array((weights.astype(np.float32), (owner, rows)), shape=shape) @ embeddings.input_vectors
        if embeddings.groups is not None:
            sums += embeddings.groups.everyone
        lengths = np.linalg.norm(sums, axis=1, keepdims=True)
        return np.asarray(sums / np.where(lengths > 0, lengths, 1.0), dtype=np.float32)


def _largest_baskets(lines: BasketLines, num_customers: int) -> sparse.csr_array:
    """csr [num_customers, num_products] float32, 1 where the largest basket of one of the first customers holds it."""
    sizes = np.bincount(lines.basket)
    owners = lines.customer[np.searchsorted(lines.basket, np.arange(len(sizes)))]
    order = np.lexsort((sizes, owners))
    largest = order[np.flatnonzero(np.diff(owners[order], append=-1))]  # one a customer
    kept = np.isin(lines.basket, largest) & (lines.customer < num_customers)
    cells = (np.ones(np.count_nonzero(kept), dtype=np.float32), (lines.customer[kept], lines.product[kept]))
    return sparse.csr_array(cells, shape=(num_customers, lines.num_products))


@dataclass(frozen=True)
class _Everybody:
    """One score a product, whoever asks; what nobody bought is not listed."""

    scored: NDArray[np.float32]  # [num_products]

    def scores(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:  # [n, num_products]
        return np.tile(np.where(self.scored > 0, self.scored, -np.inf).astype(np.float32), (len(rows), 1))
