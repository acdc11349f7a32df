"""Who bought what how often and how lately, seen from the customer, from the product, and from nobody in particular."""

import numpy as np
from numpy.typing import NDArray

from embeddings.adjacency.basket_lines import BasketLines
from embeddings.adjacency.strongest import strongest
from embeddings.snapshot.serving_snapshot import Adjacency
from graph import Instant

__all__ = ["buyers", "popularity", "purchases"]

MOST_BUYERS = 200


def purchases(lines: BasketLines, num_customers: int, as_of: Instant) -> Adjacency:
    """Customer → all products bought; counts are baskets, strengths the baskets decayed at `as_of`."""
    customer, product, baskets, decayed = _bought(lines, num_customers, as_of)
    return strongest(num_customers, customer, product, baskets, decayed)


def buyers(lines: BasketLines, num_customers: int, as_of: Instant, k: int = MOST_BUYERS) -> Adjacency:
    """Product → the `k` customers who buy it most, with the counts and strengths of `purchases`."""
    customer, product, baskets, decayed = _bought(lines, num_customers, as_of)
    return strongest(lines.num_products, product, customer, baskets, decayed, k)


def popularity(lines: BasketLines, as_of: Instant) -> NDArray[np.float32]:  # [num_products]
    """Distinct customers of each product, each as much as their last purchase of it still counts."""
    key = lines.product * lines.num_customers + lines.customer
    order = np.lexsort((lines.at, key))
    last = np.ones(len(key), dtype=np.bool_)
    last[:-1] = key[order][1:] != key[order][:-1]
    newest = order[last]
    weights = lines.decay(as_of)[newest]
    return np.bincount(lines.product[newest], weights, minlength=lines.num_products).astype(np.float32)


def _bought(
    lines: BasketLines, num_customers: int, as_of: Instant
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """(customer, product, baskets, decayed baskets), one a pair, of customers with a row."""
    known = lines.customer < num_customers
    key = lines.customer[known] * lines.num_products + lines.product[known]
    pairs, place, baskets = np.unique(key, return_inverse=True, return_counts=True)
    decayed = np.bincount(place, lines.decay(as_of)[known], minlength=len(pairs)).astype(np.float64)
    return pairs // lines.num_products, pairs % lines.num_products, baskets, decayed
