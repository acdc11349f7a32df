"""What a search is asked and what it answers: checks, rows in their order, and few rows looked at one by one."""

import numpy as np
from numpy.typing import NDArray

from embeddings.nearest import Nearest
from graph import InvalidValue

__all__ = ["FEW_NUMBERS", "Mask", "Rows", "Vector", "Vectors", "among", "brought_to_one_length", "check", "ranked"]

Rows = NDArray[np.int64]
Vector = NDArray[np.float32]
Vectors = NDArray[np.float32]
Mask = NDArray[np.bool_]

FEW_NUMBERS = 1 << 18
"""Rows times dimensions below which nothing is faster than to gather the allowed vectors and look at all of them."""


def ranked(rows: Rows, scores: NDArray[np.float32], k: int) -> Nearest:
    """The best `k` of these, ties by row."""
    if len(rows) > 4 * k:
        best = scores >= np.partition(scores, len(scores) - k)[len(scores) - k]
        rows, scores = rows[best], scores[best]
    order = np.lexsort((rows, -scores))[:k]
    return Nearest(rows[order], scores[order])


def among(vectors: Vectors, rows: Rows, vector: Vector, k: int) -> Nearest:
    """The best `k` of `rows`, exactly; every one of them is looked at."""
    scores: Vector = vectors.take(rows, axis=0) @ np.asarray(vector, dtype=np.float32)
    return ranked(rows, scores, k)


def brought_to_one_length(vectors: Vectors) -> Vectors:  # [n, dim + 1]
    """The vectors with one more coordinate that gives each the length of the longest.

    The largest inner product with (query, 0) is then the smallest distance (Bachrach et al., "Speeding up the Xbox
    recommender system", 2014), which is what graphs and cells of near vectors are good at.
    """
    squares = np.einsum("ij,ij->i", vectors, vectors)  # [n]
    missing = np.sqrt(np.maximum(squares.max(initial=0.0) - squares, 0.0))
    return np.column_stack([vectors, missing]).astype(np.float32)


def check(vector: Vector, k: int, allowed: Mask | None, dim: int, total: int) -> None:
    """InvalidValue for a question of the wrong shape."""
    if vector.shape != (dim,):
        raise InvalidValue("vector", vector.shape, f"the shape ({dim},)")
    if k < 1:
        raise InvalidValue("k", k, "an integer of 1 or more")
    if allowed is not None and (allowed.shape != (total,) or allowed.dtype != np.bool_):
        raise InvalidValue("allowed", (allowed.shape, allowed.dtype.name), f"({total},) of bool")
