"""Neighbours: products nearest to the live vector."""

import numpy as np

from recommend.asked import Asked
from recommend.candidates import NONE, Found

__all__ = ["neighbours"]


def neighbours(asked: Asked, limit: int) -> Found:
    """The products with the greatest inner product with the live vector."""
    if asked.live is None:
        return NONE
    nearest = asked.snapshot.index.search(asked.live, limit)
    return Found(nearest.rows.astype(np.int64), np.maximum(nearest.scores, 0.0))
