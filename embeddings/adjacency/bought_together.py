"""Products bought with or soon after a product, by how many customers, in blocks that fit any memory."""

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from embeddings.adjacency.basket_lines import BasketLines
from embeddings.adjacency.strongest import strongest
from embeddings.snapshot.serving_snapshot import Adjacency
from graph import DAY, SECOND

__all__ = ["bought_together"]

MOST_TOGETHER = 50
SOON_DAYS = 3.0
FEWEST_CUSTOMERS = 3
FEWEST_TOGETHER = 2
SHRINKAGE = 5.0
BLOCK = 4_000_000
"""Multiplications a block: some 100 MB."""


def bought_together(
    lines: BasketLines,
    k: int = MOST_TOGETHER,
    *,
    soon_days: float = SOON_DAYS,
    fewest_customers: int = FEWEST_CUSTOMERS,
    fewest_together: int = FEWEST_TOGETHER,
    progress: Callable[[float], None] = lambda share: None,
) -> Adjacency:
    """Product → the `k` products that most go with it.

    counts: the distinct customers `n_ab` who took b in the same basket as a, or within `soon_days` after it.
    strengths: the cosine of the two products' customers, shrunk where few stand behind it:
        n_ab / √(n_a · n_b) · n_ab / (n_ab + 5).

    Products with fewer than `fewest_customers` customers have no neighbours and are nobody's, and pairs of fewer than
    `fewest_together` customers are left out: a coincidence is not a pattern.
    """
    customers = _distinct_customers(lines)  # [num_products]
    lines = lines.where(customers[lines.product] >= fewest_customers)
    nothing = np.empty(0, dtype=np.int64)
    parts = [strongest(lines.num_products, nothing, nothing, nothing, nothing)]
    for row, column, count in _pairs(lines, soon_days, progress):
        kept = (count >= fewest_together) & (row != column)
        row, column, count = row[kept], column[kept], count[kept]
        cosine = count / np.sqrt(customers[row] * customers[column])
        strength = (cosine * count / (count + SHRINKAGE)).astype(np.float32)
        parts.append(strongest(lines.num_products, row, column, count, strength, k))
    return Adjacency(  # each part has its own rows, in rising order
        offsets=np.sum([part.offsets for part in parts], axis=0),
        columns=np.concatenate([part.columns for part in parts]),
        counts=np.concatenate([part.counts for part in parts]),
        strengths=np.concatenate([part.strengths for part in parts]),
    )


def _pairs(
    lines: BasketLines, soon_days: float, progress: Callable[[float], None]
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]]:
    """(a, b, distinct customers), all b of one a in one block, a product of two sparse matrices each.

    A column is one product of one customer, so that what a customer does twice is still one entry.
    """
    if not len(lines):
        return
    key = lines.product * lines.num_customers + lines.customer
    held, column = np.unique(key, return_inverse=True)
    product = held // lines.num_customers  # [num_columns], rising
    num_baskets = int(lines.basket.max()) + 1
    ones = np.ones(len(lines), dtype=np.int32)
    taken = sparse.csr_array((ones, (lines.basket, column)), shape=(num_baskets, len(held)))
    soon = _baskets_soon_after(lines, num_baskets, soon_days) @ taken  # [num_baskets, num_columns]
    by_column = sparse.csr_array(taken.T)  # [num_columns, num_baskets]
    work = np.concatenate([[0], np.cumsum(by_column @ np.diff(soon.indptr))])
    first = np.searchsorted(product, np.arange(lines.num_products + 1))  # [num_products + 1]
    work = work[first]  # [num_products + 1], rising
    start = 0
    while start < lines.num_products:
        end = max(start + 1, int(np.searchsorted(work, work[start] + BLOCK, side="right")) - 1)
        columns = slice(first[start], first[end])
        if first[start] < first[end]:
            block = by_column[columns] @ soon
            a = np.repeat(product[columns], np.diff(block.indptr))
            pairs, count = _counted(a * lines.num_products + product[block.indices])
            yield pairs // lines.num_products, pairs % lines.num_products, count
        progress(float(work[end] / work[-1]))
        start = end


def _baskets_soon_after(lines: BasketLines, num_baskets: int, soon_days: float) -> sparse.csr_array:
    """[num_baskets, num_baskets], 1 where the column is the row's own basket or one of that customer soon after."""
    customer, at = np.zeros(num_baskets, dtype=np.int64), np.zeros(num_baskets, dtype=np.int64)
    customer[lines.basket] = lines.customer
    at[lines.basket] = (lines.at - lines.at.min()) // SECOND
    window = int(soon_days * DAY // SECOND)
    time = customer * (at.max() + window + 1) + at  # the customers one after the other, a window apart
    sequence = np.argsort(time, kind="stable")
    time = time[sequence]
    first = np.searchsorted(time, time, side="left")
    degrees = np.searchsorted(time, time + window, side="right") - first
    row = np.repeat(np.arange(num_baskets), degrees)
    column = np.arange(len(row)) - np.repeat(np.cumsum(degrees) - degrees - first, degrees)
    ones = np.ones(len(row), dtype=np.int32)
    return sparse.csr_array((ones, (sequence[row], sequence[column])), shape=(num_baskets, num_baskets))


def _distinct_customers(lines: BasketLines) -> NDArray[np.int64]:  # [num_products]
    held, _ = _counted(lines.product * lines.num_customers + lines.customer)
    return np.bincount(held // lines.num_customers, minlength=lines.num_products)


def _counted(keys: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Distinct keys, rising, and how often each occurs; sorts `keys` in place."""
    keys.sort()
    starts = np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]])) if len(keys) else np.empty(0, np.int64)
    return keys[starts], np.diff(starts, append=len(keys))
