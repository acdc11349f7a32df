"""Exposure: which products lists show, how popular these are, and how unlike each other; pure functions over lists."""

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

__all__ = ["coverage", "diversity", "gini", "mean_rank", "novelty", "popularity_ranks", "wanted_rank"]


def coverage(lists: NDArray[np.int32], num_products: int) -> float:
    """The share of all products that are in at least one list."""
    return len(np.unique(lists[lists >= 0])) / num_products if num_products else 0.0


def gini(lists: NDArray[np.int32], num_products: int) -> float:
    """How unequally the places of all lists are dealt out to the products: 0 where each has as many, near 1 where one
    has all of them. 0 for empty lists.

    Σ (2i - n - 1) · x_i / (n · Σ x) over the products' places x, rising.
    """
    places = np.sort(np.bincount(lists[lists >= 0], minlength=num_products)).astype(np.float64)
    if not places.sum():
        return 0.0
    weights = 2.0 * np.arange(1, len(places) + 1) - len(places) - 1.0
    return float(weights @ places / (len(places) * places.sum()))


def popularity_ranks(buyers: NDArray[np.int64]) -> NDArray[np.float64]:  # [num_products], from 1
    """The place of each product by its buyers, the most bought at 1; those bought by as many share their mean place."""
    _, level, size = np.unique(-buyers, return_inverse=True, return_counts=True)
    last = np.cumsum(size)  # [num_levels]
    ranks: NDArray[np.float64] = (last - (size - 1) / 2.0)[level]
    return ranks


def mean_rank(lists: NDArray[np.int32], ranks: NDArray[np.float64]) -> NDArray[np.float64]:  # [n], nan where empty
    """The mean popularity rank of each list."""
    there = lists >= 0
    return _mean(np.where(there, ranks[np.maximum(lists, 0)], 0.0).sum(axis=1), there.sum(axis=1))


def wanted_rank(relevant: sparse.csr_array, ranks: NDArray[np.float64]) -> NDArray[np.float64]:  # [n], nan where empty
    """The mean popularity rank of what each customer wanted: what `mean_rank` is held against.

    relevant: csr [n, num_products], of ones. ranks: [≥ num_products].
    """
    return _mean(relevant @ ranks[: relevant.shape[1]], np.diff(relevant.indptr))


def diversity(lists: NDArray[np.int32], categories: NDArray[np.int32]) -> NDArray[np.float64]:  # [n], 0 to 1 or nan
    """The share of pairs within each list whose products are of different categories (Ziegler et al. 2005, with the
    distance of two products 1 across categories and 0 within one).

    categories: [num_products], -1 where nobody knows; pairs with such a product are left out. nan without a pair.
    """
    own = np.sort(np.where(lists >= 0, categories[np.maximum(lists, 0)], -1), axis=1)  # [n, k]
    known = (own >= 0).sum(axis=1)
    place = np.arange(own.shape[1])
    opens = np.ones(own.shape, dtype=np.bool_)
    opens[:, 1:] = own[:, 1:] != own[:, :-1]
    before = place - np.maximum.accumulate(np.where(opens, place, 0), axis=1)  # of the same category, to the left
    alike = np.where(own >= 0, before, 0).sum(axis=1)
    pairs = known * (known - 1) // 2
    return _mean(pairs - alike, pairs)


def novelty(
    lists: NDArray[np.int32], buyers: NDArray[np.int64], num_customers: int
) -> NDArray[np.float64]:  # [n], bits
    """Mean -log2(share of customers who bought the product) over each list; 0 for an empty list.

    buyers: [num_products] distinct customers before the cut; a product nobody bought counts as bought by one.
    """
    bits = np.log2(num_customers) - np.log2(np.maximum(buyers, 1))  # [num_products]
    there = lists >= 0
    total = np.where(there, bits[np.maximum(lists, 0)], 0.0).sum(axis=1) if lists.size else np.zeros(len(lists))
    mean: NDArray[np.float64] = total / np.maximum(there.sum(axis=1), 1)
    return mean


def _mean(total: NDArray[np.floating], count: NDArray[np.integer]) -> NDArray[np.float64]:  # [n]
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)
