"""Counting the baskets of the past: which products and categories stand together, and how often a look is meant."""

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from embeddings.adjacency import BasketLines
from embeddings.intent.bonds import Bonds
from embeddings.intent.intent import CATEGORY
from graph import EdgeArrays, InteractionKind

__all__ = ["bonds_of", "meant_of"]

EACH = 150
"""Bonds kept of a product, the strongest."""

FEWEST = 3
"""Baskets with both that it takes: a coincidence is not a pattern."""

DOUBT = 3.0
"""Baskets added to those with both and to those expected: where few stand behind a lift it leans to 1."""

ROWS = 2048
"""Products counted at a time."""

LOOKS = (InteractionKind.VIEWED, InteractionKind.CLICKED, InteractionKind.RATED)
WANTED = (InteractionKind.ADDED_TO_CART, InteractionKind.PURCHASED)

USUAL, USUAL_LOOKS = 0.1, 200.0
"""The share of looks that end in the cart, in shops as they are, and how many looks of this one count as much."""


def bonds_of(lines: BasketLines, groups: NDArray[np.int32]) -> Bonds:
    """The bonds in these baskets. groups: [num_products + 1, num_groups], as the ranking's facts have them."""
    num_baskets = int(lines.basket.max(initial=-1)) + 1
    ones = np.ones(len(lines), dtype=np.float32)
    held = sparse.csr_array((ones, (lines.basket, lines.product)), shape=(num_baskets, lines.num_products))
    by_product = sparse.csr_array(held.T)
    counts = np.diff(by_product.indptr).astype(np.float64)
    degrees = np.zeros(lines.num_products, dtype=np.int64)
    columns, lifts = [np.empty(0, dtype=np.int32)], [np.empty(0, dtype=np.float32)]
    for start in range(0, lines.num_products, ROWS):
        together = sparse.coo_array(by_product[start : start + ROWS] @ held)
        row, column, both = together.row + start, together.col, together.data
        expected = counts[row] * counts[column] / num_baskets
        lift = np.log((both + DOUBT) / (expected + DOUBT))
        kept = np.flatnonzero((both >= FEWEST) & (lift > 0) & (row != column))
        kept = kept[np.lexsort((column[kept], -lift[kept], row[kept]))]
        own = np.bincount(row[kept], minlength=start + ROWS)[start : start + ROWS]
        place = np.arange(len(kept)) - (np.cumsum(own) - own).repeat(own)
        kept = kept[place < EACH]
        columns.append(column[kept].astype(np.int32))
        lifts.append(lift[kept].astype(np.float32))
        degrees[start : start + ROWS] = np.minimum(own, EACH)[: lines.num_products - start]
    offsets = np.concatenate([[0], np.cumsum(degrees)]).astype(np.int64)
    kindred = _categories(held, groups[:-1, CATEGORY])
    return Bonds(offsets, np.concatenate(columns), np.concatenate(lifts), kindred)


def meant_of(edges: EdgeArrays) -> NDArray[np.float32]:  # [num_kinds]
    """How likely a product so met is wanted: of looks, the share that ended in the cart or in a purchase that day."""
    kinds = list(InteractionKind)
    span = int(edges.day.max(initial=0)) + 1
    pair = (edges.customer.astype(np.int64) * len(edges.targets) + edges.target) * span + edges.day
    wanted = np.isin(edges.kind, [kinds.index(kind) for kind in WANTED])
    taken = np.unique(pair[wanted])
    meant = np.zeros(len(kinds), dtype=np.float32)
    for kind in WANTED:
        meant[kinds.index(kind)] = 1.0
    for kind in LOOKS:
        looks = np.unique(pair[edges.kind == kinds.index(kind)])
        found = float(np.isin(looks, taken).sum())
        meant[kinds.index(kind)] = (found + USUAL * USUAL_LOOKS) / (len(looks) + USUAL_LOOKS)
    return meant


def _categories(held: sparse.csr_array, codes: NDArray[np.int32]) -> NDArray[np.float32]:
    """[num_categories, num_categories] of baskets with both; 0 of what has no category."""
    size = int(codes.max(initial=0)) + 1
    ones = np.ones(len(codes), dtype=np.float32)
    of_category = sparse.csr_array((ones, (np.arange(len(codes)), codes)), shape=(len(codes), size))
    baskets = sparse.csr_array(held @ of_category)
    baskets.data[:] = 1.0
    both = (baskets.T @ baskets).toarray()
    counts = both.diagonal()
    lifts = np.log((both + DOUBT) / (np.outer(counts, counts) / max(held.shape[0], 1) + DOUBT))
    lifts[0], lifts[:, 0] = 0.0, 0.0
    return np.asarray(lifts, dtype=np.float32)
