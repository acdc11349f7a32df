"""Metrics: pure functions over ranked lists that return one value per customer."""

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from graph import InvalidValue

__all__ = ["hits", "ndcg_at", "recall_at"]


def hits(lists: NDArray[np.int32], relevant: sparse.csr_array) -> NDArray[np.bool_]:  # [n, k]
    """Which places of each list hold a relevant product.

    lists: [n, k] columns of `relevant`, best first, none twice in a row, -1 where a list has ended; a column beyond
        the last is a product that nobody wants.
    relevant: csr [n, num_products], non-zero where the customer of that row wants the product.
    """
    n, k = lists.shape
    if n != relevant.shape[0]:
        raise InvalidValue("lists", f"{n} lists", f"one list for each of {relevant.shape[0]} customers")
    if k == 0 or 0 in relevant.shape:
        return np.zeros((n, k), dtype=np.bool_)
    rows = np.repeat(np.arange(n), k)
    there: NDArray[np.bool_] = (lists >= 0) & (lists < relevant.shape[1])
    there &= np.asarray(relevant[rows, np.where(there, lists, 0).ravel()]).reshape(n, k) != 0
    return there


def recall_at(k: int, lists: NDArray[np.int32], relevant: sparse.csr_array) -> NDArray[np.float64]:  # [n], 0 to 1
    """Relevant products among the first `k`, over all relevant ones (so that more than `k` of them cap it below 1).

    A customer without relevant products has recall 0.
    """
    sizes = np.diff(relevant.indptr)
    share: NDArray[np.float64] = hits(lists[:, :k], relevant).sum(axis=1) / np.maximum(sizes, 1)
    return share


def ndcg_at(k: int, lists: NDArray[np.int32], relevant: sparse.csr_array) -> NDArray[np.float64]:  # [n], 0 to 1
    """Binary NDCG: Σ 1 / log2(place + 1) over the relevant places, over that sum for a list that starts with
    min(k, number of relevant products) of them. A customer without relevant products has 0.
    """
    discounts = 1.0 / np.log2(np.arange(2, k + 2))  # [k]
    gained = hits(lists[:, :k], relevant) @ discounts[: lists.shape[1]]  # [n]
    ideal = np.concatenate([[1.0], np.cumsum(discounts)])[np.minimum(np.diff(relevant.indptr), k)]
    ideal[np.diff(relevant.indptr) == 0] = 1.0
    gain: NDArray[np.float64] = gained / ideal
    return np.minimum(gain, 1.0)
