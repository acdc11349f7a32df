"""Session neighbours: what was done in the past sessions most like the one under way."""

import numpy as np

from recommend.asked import Asked
from recommend.candidates import NONE, Found

__all__ = ["session_neighbours"]


def session_neighbours(asked: Asked, limit: int) -> Found:
    """The share of these sessions that did each, by how much alike they are."""
    alike = asked.alike
    if alike is None:
        return NONE
    best = np.argsort(-alike.shares, kind="stable")[:limit]
    return Found(alike.products.take(best), alike.shares.take(best).astype(np.float32))
