"""Popular: what most customers bought lately, overall and in the category of the session."""

import numpy as np

from recommend.asked import Asked
from recommend.assortment import among
from recommend.candidates import Found

__all__ = ["popular"]


def popular(asked: Asked, limit: int) -> Found:
    """The most popular products; half of them of the newest anchor's category where there is an anchor."""
    assortment = asked.assortment
    rows = assortment.popular[:limit]
    if asked.anchors:
        wanted = int(assortment.codes(assortment.catalogue.category, np.array([asked.anchors[0].row]))[0])
        alike = assortment.popular_in(wanted)[: limit // 2] if wanted else rows[:0]
        rows = np.concatenate([alike, rows[~among(rows, alike)]])[:limit]
    return Found(rows, assortment.popularity[rows])
