"""Similar customers: what the customers most like the asker bought lately."""

import numpy as np

from recommend.asked import Asked
from recommend.candidates import NONE, Found, summed

__all__ = ["similar_customers"]

EACH = 30
"""How many of each similar customer's products count: those they buy most and latest."""


def similar_customers(asked: Asked, limit: int) -> Found:
    """Σ over similar customers of similarity · √(their decayed purchase count) / popularity^.25.

    On the validation month, discover, weight .3: NDCG@20 .0483, against .0472 with strangers in the place of similar
    customers.
    """
    similar, purchases = asked.similar, asked.snapshot.purchases
    if not len(similar.rows):
        return NONE
    places, lengths = purchases.entries_of(similar.rows, EACH)
    weights = similar.scores.repeat(lengths) * np.sqrt(purchases.strengths.take(places))
    columns = purchases.columns.take(places)
    return summed(columns, weights / asked.assortment.common.take(columns), limit)
