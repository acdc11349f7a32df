"""Neighbours: products nearest to the live vector, among those that the list's conditions leave."""

import numpy as np

from recommend.asked import Asked
from recommend.candidates import NONE, Found

__all__ = ["neighbours"]


def neighbours(asked: Asked, limit: int) -> Found:
    """The products with the greatest inner product with the live vector."""
    if asked.live is None:
        return NONE
    nearest = asked.assortment.search.within(asked.narrowing.selection, asked.live, limit)
    return Found(nearest.rows, np.maximum(nearest.scores, 0.0))
