"""Bought together: what goes with the page's product, the session, the cart and what the household buys most."""

import numpy as np

from recommend.asked import Asked
from recommend.candidates import NONE, Found, summed

__all__ = ["bought_together"]

EACH = 50
HISTORY_WEIGHT = 0.5
"""What all of the household's own products count together; a product looked at just now counts 1."""


def bought_together(asked: Asked, limit: int) -> Found:
    """Σ over the products started from of weight · strength of the bond."""
    rows, weights = asked.history_anchors
    starts_from = [(anchor.row, anchor.weight) for anchor in asked.anchors]
    starts_from += [(row, HISTORY_WEIGHT * weight) for row, weight in zip(rows.tolist(), weights.tolist(), strict=True)]
    bonds = asked.snapshot.bought_together
    columns, strengths = [], []
    for row, weight in starts_from:
        if row < asked.assortment.num_vectors:
            beside, _, bond = bonds.of(row)
            columns.append(beside[:EACH])
            strengths.append(bond[:EACH] * np.float32(weight))
    return summed(np.concatenate(columns), np.concatenate(strengths), limit) if columns else NONE
