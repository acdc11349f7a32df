"""Same content: products of the same subcategory, category or brand; finds products without vectors too."""

import numpy as np

from recommend.asked import Asked
from recommend.candidates import NONE, Found, summed

__all__ = ["same_content"]

STARTS = 3
SUBCATEGORY, BRAND = 2.0, 0.5
"""What a shared subcategory and brand count beside a shared category, which counts 1."""


def same_content(asked: Asked, limit: int) -> Found:
    """Products alike to the page's, or the session's newest, by what the catalogue says; the more popular first."""
    assortment, catalogue = asked.assortment, asked.assortment.catalogue
    rows, scores = [], []
    for anchor in asked.anchors[:STARTS]:
        place = int(assortment.catalogue_rows[anchor.row])
        category = 0 if place < 0 else int(catalogue.category[place])
        if category == 0:
            continue
        places = assortment.of_category(category)
        score = np.ones(len(places), dtype=np.float32)
        if subcategory := catalogue.subcategory[place]:
            score += SUBCATEGORY * (catalogue.subcategory.take(places) == subcategory)
        if brand := catalogue.brand[place]:
            score += BRAND * (catalogue.brand.take(places) == brand)
        alike = assortment.of_catalogue.take(places)
        popularity = assortment.popularity.take(alike)
        score += 0.4 * popularity / max(float(popularity.max()), 1e-9)
        best = np.argsort(-score, kind="stable")[:limit]
        rows.append(alike[best])
        scores.append(score[best] * np.float32(anchor.weight))
    return summed(np.concatenate(rows), np.concatenate(scores), limit) if rows else NONE
