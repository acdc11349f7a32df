"""Cold start: products and customers held out of training, and how well they are served all the same."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from embeddings.errors import NothingToEvaluate
from embeddings.evaluation.metrics import ndcg_at
from embeddings.evaluation.ranker import Ranker, top_k
from embeddings.evaluation.split import HeldOut, Split, Task
from embeddings.evaluation.vector_ranker import VectorRanker
from embeddings.interaction_matrix import InteractionMatrix
from embeddings.vectors.embedding_set import EmbeddingSet
from graph import Customer, CustomerId, EdgeArrays, InteractionKind, InvalidValue, Product, ProductId

__all__ = ["ColdCustomers", "ColdProducts", "cold_customers", "cold_products"]

K = 20


@dataclass(frozen=True)
class ColdProducts:
    """Products without any interaction in `train`, ranked among themselves for the customers who then bought some.

    products: those held out, sorted. train: all that was known at the cut, but for them.
    customers: those who are in `train` and bought such a product after the cut, sorted.
    relevant: csr [num_customers, num_held_out] float32, 1 where bought after the cut.
    """

    products: list[ProductId]
    train: Split
    customers: list[CustomerId]
    relevant: sparse.csr_array

    def vector_scores(self, embeddings: EmbeddingSet) -> NDArray[np.float32]:  # [num_customers, num_held_out]
        """Inner products of a set that learnt from `train`; 0 for what it does not know."""
        customers = _rows(embeddings.customer_vectors, embeddings.customers, self.customers)
        scores: NDArray[np.float32] = (
            customers @ _rows(embeddings.product_vectors, embeddings.products, self.products).T
        )
        return scores

    def count_scores(
        self, described: Sequence[Product], levels: Sequence[Sequence[str]] = (("category",), ("brand",))
    ) -> NDArray[np.float32]:  # [num_customers, num_held_out]
        """How often each customer bought what is described alike: order lines, added up over the levels.

        levels: fields of Product that must all be the same; a product without one of them counts for nobody.
        """
        matrix = self.train.matrix()
        bought = matrix.weighted({InteractionKind.PURCHASED: 1.0})  # [every customer, every product]
        bought = bought[[matrix.customer_rows[customer] for customer in self.customers]]
        known = {ProductId(product.id): product for product in described}
        scores = np.zeros(self.relevant.shape, dtype=np.float32)
        for fields in levels:
            codes: dict[tuple[str, ...], int] = {}
            ours, theirs = (_groups(ids, known, fields, codes) for ids in (matrix.products, self.products))
            scores += ((bought @ _indicator(ours, len(codes))) @ _indicator(theirs, len(codes)).T).toarray()
        return scores

    def ndcg(self, scores: NDArray[np.float32], k: int = K) -> NDArray[np.float64]:  # [num_customers]
        """NDCG@k of these products ranked by score, ties by id."""
        return ndcg_at(k, top_k(scores, k), self.relevant)


@dataclass(frozen=True)
class ColdCustomers:
    """Customers without any interaction in `train`; what they did before the cut only makes their vectors.

    customers: those held out who bought something after the cut, sorted. split: the one they were taken out of.
    """

    customers: list[CustomerId]
    train: Split
    split: Split

    def served(
        self, embeddings: EmbeddingSet, described: Sequence[Customer] = (), newest: int | None = None
    ) -> EmbeddingSet:
        """The set with a vector for each of `customers`, `customer_vector` of their history, and no other customer.

        described: customers with their traits. newest: so many of a history's newest rows are known, as if the last of
        them were of today; all where it is None.
        """
        traits = {customer.id: customer.traits for customer in described}
        matrix = self._matrix
        places = {product: row for row, product in enumerate(embeddings.products)}
        rows = np.array([places.get(product, -1) for product in matrix.products], dtype=np.int32)
        kinds, ages, times = matrix.kind, matrix.ages(), matrix.times.astype(np.float32)
        vectors = np.zeros((len(self.customers), embeddings.dim), dtype=np.float32)
        for place, customer in enumerate(self.customers):
            row = matrix.customer_rows[customer]
            own = np.arange(matrix.offsets[row], matrix.offsets[row + 1])
            age = ages[own]
            if newest is not None:
                kept = np.argsort(age, kind="stable")[:newest]
                own, age = own[kept], age[kept] - age.min(initial=np.inf)
            vectors[place] = embeddings.customer_vector(
                rows[matrix.product[own]], kinds[own], age, times[own], traits.get(customer, {})
            )
        return replace(embeddings, customers=self.customers, customer_vectors=vectors)

    def ndcg(self, embeddings: EmbeddingSet, task: Task, k: int = K) -> NDArray[np.float64]:  # [num_tested]
        """NDCG@k of whole rankings, for each of `customers` with something to find, in order of id."""
        return self.ranked_ndcg(VectorRanker.of(embeddings, self._matrix), task, k)

    def ranked_ndcg(self, ranker: Ranker, task: Task, k: int = K) -> NDArray[np.float64]:  # [num_tested]
        """The same of any ranker's lists."""
        held_out = self._held_out(task)
        lists = ranker.rank(held_out.customers, k, task.masks_history)
        columns = {product: column for column, product in enumerate(held_out.products)}
        own = np.array([*(columns.get(product, len(columns)) for product in ranker.products), -1], dtype=np.int32)
        return ndcg_at(k, own[lists], held_out.relevant)

    @cached_property
    def _matrix(self) -> InteractionMatrix:
        return self.split.matrix()

    def _held_out(self, task: Task) -> HeldOut:
        whole, ours = self.split.held_out(task), set(self.customers)
        kept = [row for row, customer in enumerate(whole.customers) if customer in ours]
        customers = [whole.customers[row] for row in kept]
        return replace(whole, customers=customers, relevant=sparse.csr_array(whole.relevant[kept]))


def cold_products(
    split: Split,
    described: Sequence[Product],
    rng: np.random.Generator,
    *,
    share: float = 0.1,
    least_customers: int = 10,
) -> ColdProducts:
    """Hold out a share of each department's products that as many customers bought before the cut.

    InvalidValue for a share that is not between 0 and 1; NothingToEvaluate where nobody bought one of them afterwards.
    """
    _check(share)
    matrix = split.matrix()
    customers_of = np.diff(matrix.bought().tocsc().indptr)  # [num_products]
    departments = {ProductId(product.id): product.department for product in described}
    by_department: dict[str, list[int]] = {}
    for column in np.flatnonzero(customers_of >= least_customers).tolist():
        by_department.setdefault(departments.get(matrix.products[column], ""), []).append(column)
    chosen = [_drawn(columns, share, rng) for _, columns in sorted(by_department.items())]
    columns = np.sort(np.concatenate([np.empty(0, dtype=np.int64), *chosen]))
    train = replace(split, train=_without(split.train, split.train.target, columns))
    after = split.held_out(Task.ALL)
    place = {product: column for column, product in enumerate(after.products)}
    products = [matrix.products[column] for column in columns]
    wanted = sparse.csr_array(after.relevant[:, [place[product] for product in products]])
    present = set(train.train.customer.tolist())
    rows = train.matrix().customer_rows
    kept = [
        row for row in np.flatnonzero(np.diff(wanted.indptr)).tolist() if rows.get(after.customers[row], -1) in present
    ]
    if not kept:
        raise NothingToEvaluate(f"nobody bought one of {len(products)} products held out after the cut")
    return ColdProducts(products, train, [after.customers[row] for row in kept], sparse.csr_array(wanted[kept]))


def cold_customers(split: Split, rng: np.random.Generator, *, share: float = 0.1) -> ColdCustomers:
    """Hold out a share of the customers who did something before the cut and bought something after it."""
    _check(share)
    after = split.held_out(Task.ALL).customers
    rows, present = split.matrix().customer_rows, set(split.train.customer.tolist())
    known = [rows[customer] for customer in after if rows.get(customer, -1) in present]
    drawn = np.sort(_drawn(known, share, rng))
    if not len(drawn):
        raise NothingToEvaluate(f"no customer to hold out among {len(known)} who bought before and after the cut")
    train = replace(split, train=_without(split.train, split.train.customer, drawn))
    return ColdCustomers([split.train.customers[row] for row in drawn.tolist()], train, split)


def _drawn(rows: Sequence[int], share: float, rng: np.random.Generator) -> NDArray[np.int64]:
    return rng.choice(np.array(rows, dtype=np.int64), size=round(len(rows) * share), replace=False)


def _without(edges: EdgeArrays, rows: NDArray[np.int32], chosen: NDArray[np.int64]) -> EdgeArrays:
    return edges.where(~np.isin(rows, chosen))


def _rows(
    vectors: NDArray[np.float32], ids: Sequence[str], wanted: Sequence[str]
) -> NDArray[np.float32]:  # [num_wanted, dim]
    places = {name: row for row, name in enumerate(ids)}
    found = np.array([places.get(name, -1) for name in wanted], dtype=np.int64)
    return np.asarray(vectors[found] * (found >= 0)[:, None], dtype=np.float32)


def _groups(
    ids: Sequence[ProductId],
    known: dict[ProductId, Product],
    fields: Sequence[str],
    codes: dict[tuple[str, ...], int],
) -> NDArray[np.int64]:  # [num_ids], -1 for a product without one of the fields
    """The number of each product's texts in these fields; `codes` is added to."""
    texts = [tuple(getattr(known[name], field) if name in known else "" for field in fields) for name in ids]
    return np.array([codes.setdefault(text, len(codes)) if all(text) else -1 for text in texts], dtype=np.int64)


def _indicator(groups: NDArray[np.int64], size: int) -> sparse.csr_array:  # [num_ids, size]
    there = np.flatnonzero(groups >= 0)
    return sparse.csr_array((np.ones(len(there), dtype=np.float32), (there, groups[there])), shape=(len(groups), size))


def _check(share: float) -> None:
    if not 0 < share < 1:
        raise InvalidValue("share", share, "a number above 0 and below 1")
