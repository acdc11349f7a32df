"""Low-rank EASE: the tastes that purchases show, by their leading singular directions; scipy is loaded to learn."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from embeddings.ranking.tastes import HALF_LIVES, Tastes
from embeddings.spectral import spectral

__all__ = ["STRENGTH", "low_rank_ease"]

DIM = 128
LEAST_BUYERS = 5
"""A product that fewer took says nothing, and nothing is said of it."""

SMALLEST = 1e-6
"""Directions of squares less than this share of the greatest are rounding."""

STRENGTH = 1 / 400
"""The ridge as a share of the sum of all squared weights."""


def low_rank_ease(
    customer: NDArray[np.int64],  # [num_pairs], each (customer, product) once
    product: NDArray[np.int64],  # [num_pairs]
    ages: NDArray[np.floating],  # [num_pairs], days since the newest purchase
    num_customers: int,
    num_products: int,
    rng: np.random.Generator,
    dim: int = DIM,
    half_lives: Sequence[float] = HALF_LIVES,
) -> Tastes:
    """The tastes that these purchases show."""
    kept = np.flatnonzero(np.bincount(product, minlength=num_products) >= LEAST_BUYERS)
    place = np.full(num_products + 1, len(kept), dtype=np.int32)
    place[kept] = np.arange(len(kept))
    there = place[product] < len(kept)
    vectors = np.zeros((len(half_lives), len(kept) + 1, dim), dtype=np.float32)
    gains = np.zeros((len(half_lives), len(kept) + 1), dtype=np.float32)
    inverses = np.zeros((len(half_lives), dim), dtype=np.float32)
    ridges = np.zeros(len(half_lives), dtype=np.float32)
    for number, half_life in enumerate(half_lives):
        weights = np.exp2(-ages[there] / half_life).astype(np.float32)
        entries = (weights, (customer[there], place[product[there]]))
        matrix = sparse.csr_array(entries, shape=(num_customers, len(kept)))
        if not matrix.nnz:
            continue
        found = spectral(matrix, dim, rng, customer_power=0.0, product_power=0.0)
        squares = found.strengths**2
        ridge = STRENGTH * float(weights @ weights)
        own = found.products * np.sqrt(squares / (squares + ridge))
        vectors[number, :-1] = own
        gains[number, :-1] = 1 / (1 - (own * own).sum(axis=1))
        spanned = squares > SMALLEST * squares.max()
        inverses[number, spanned], ridges[number] = 1 / squares[spanned], ridge
    return Tastes(place, vectors, gains, inverses, ridges)
