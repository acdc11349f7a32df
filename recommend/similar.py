"""Similar: the products and the customers nearest to one, for those who may see them, with what they share."""

from collections.abc import Callable

import msgspec
import numpy as np

from embeddings.nearest import Nearest
from embeddings.snapshot.serving_snapshot import ServingSnapshot
from graph import CustomerId, NotFound, ProductId, public_id
from recommend.answers import Item, Reason
from recommend.assortment import Assortment
from recommend.visitor import Visitor

__all__ = ["SimilarCustomer", "similar_customers", "similar_products"]

SPARE = 500
"""How many more customers are looked up where some of the nearest may not be named."""


class SimilarCustomer(msgspec.Struct, frozen=True):
    """A customer like another: only for callers with a secret key."""

    customer_id: str
    similarity: float
    rank: int
    shared_products: int
    reasons: tuple[Reason, ...] = ()


def similar_products(assortment: Assortment, product: ProductId, k: int, customers: str = "customers") -> list[Item]:
    """The `k` sellable products with vectors in the direction most like that of `product`, ties by row.

    NotFound where nobody knows the product; [] where it has no vector.
    """
    row = assortment.row(product)
    if row < 0:
        raise NotFound("product", product)
    vector = assortment.vector(row)
    if not vector.any():
        return []
    near = assortment.search.within(None, vector, 4 * k + 50).rows
    near = near[(near != row) & assortment.sellable(near)]
    vectors = assortment.vectors_of(near)
    lengths = np.linalg.norm(vectors, axis=1) * float(np.linalg.norm(vector))
    cosines = vectors @ vector / np.maximum(lengths, 1e-12)
    best = np.lexsort((near, -cosines))[:k]
    items = []
    for rank, place in enumerate(best.tolist(), start=1):
        other = int(near[place])
        reasons = _why_alike(assortment, row, other, customers)
        items.append(Item(assortment.ids[other], round(float(cosines[place]), 6), rank, "neighbours", reasons))
    return items


def similar_customers(
    snapshot: ServingSnapshot, visitor: Visitor, k: int, may_be_named: Callable[[CustomerId], bool] = lambda _: True
) -> list[SimilarCustomer]:
    """The `k` customers nearest to the long-term vector of a visitor, ties by row; [] for one without history.

    Those who may not be named are passed over; fewer than `k` where that is true of nearly all around.
    """
    vector = visitor.history.vector
    if vector is None:
        return []
    found = snapshot.customer_index.search(vector, k + 1)
    others = _named(snapshot, found, visitor, may_be_named)
    if len(others) < k:
        found = snapshot.customer_index.search(vector, k + 1 + SPARE)
        others = _named(snapshot, found, visitor, may_be_named)
    answer = []
    for rank, place in enumerate(others[:k], start=1):
        row = int(found.rows[place])
        customer: CustomerId = snapshot.set.customers[row]
        shared = int(visitor.history.has(snapshot.purchases.of(row)[0].astype(np.int64)).sum())
        path = (visitor.customer or "visitor", f"{shared} products", customer)
        reasons = (Reason("shared_products", f"you both bought {shared} products", path),) if shared else ()
        score = round(float(found.scores[place]), 6)
        answer.append(SimilarCustomer(public_id(customer), score, rank, shared, reasons))
    return answer


def _named(
    snapshot: ServingSnapshot, found: Nearest, visitor: Visitor, may_be_named: Callable[[CustomerId], bool]
) -> list[int]:
    """The places in what was found that are others and may be named."""
    others = np.flatnonzero(found.rows != visitor.customer_row).tolist()
    return [place for place in others if may_be_named(snapshot.set.customers[int(found.rows[place])])]


def _why_alike(assortment: Assortment, row: int, other: int, customers: str) -> tuple[Reason, ...]:
    reasons = []
    path = (f"product:{assortment.ids[row]}", f"product:{assortment.ids[other]}")
    if row < assortment.num_vectors:
        beside, counts, _ = assortment.snapshot.bought_together.of(row)
        for place in np.flatnonzero(beside == other).tolist():
            text = f"{int(counts[place])} {customers} took it with or soon after this one"
            reasons.append(Reason("bought_together", text, path))
    product, alike = assortment.product(row), assortment.product(other)
    for what in ("subcategory", "category"):
        text = getattr(product, what)
        if text and text == getattr(alike, what):
            reasons.append(Reason("same_content", text, (path[0], f"{what}:{text}", path[1])))
            break
    return tuple(reasons)
