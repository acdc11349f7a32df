"""Bought together: what goes with the page's product, the session, the cart and what the household buys most."""

import numpy as np

from recommend.asked import Asked
from recommend.candidates import Found, summed

__all__ = ["bought_together"]

EACH = 50
HISTORY_WEIGHT = 0.5
"""What all of the household's own products count together; a product looked at just now counts 1."""


def bought_together(asked: Asked, limit: int) -> Found:
    """Σ over the products started from of weight · strength of the bond."""
    bought, strengths = asked.history_anchors
    rows = np.array([*(anchor.row for anchor in asked.anchors), *bought.tolist()], dtype=np.int64)
    weights = np.array([*(anchor.weight for anchor in asked.anchors), *(HISTORY_WEIGHT * strengths)], dtype=np.float32)
    learnt = rows < asked.assortment.num_vectors
    bonds = asked.snapshot.bought_together
    places, lengths = bonds.entries_of(rows[learnt], EACH)
    return summed(bonds.columns.take(places), bonds.strengths.take(places) * weights[learnt].repeat(lengths), limit)
