"""Known products: whether what sells, in every department and category, still has a vector."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from embeddings.artifacts.holdout import Holdout
from embeddings.artifacts.report import Check
from embeddings.snapshot.serving_snapshot import ServingSnapshot
from graph import ProductId

__all__ = ["groups", "still_known", "with_vectors"]

LEAST_PRODUCTS = 10
"""Fewer that sell make no group: one of them gone would say much."""
LEAST_WITH_VECTORS = 0.97
LEAST_KNOWN = 0.8


def groups(products: Sequence[ProductId], holdout: Holdout | None) -> dict[str, NDArray[np.int64]]:
    """Rows of `products` by department and by category, as the catalogue of the holdout named them, and all of them."""
    rows: dict[str, list[int]] = defaultdict(list)
    if holdout is not None:
        named = dict(zip(holdout.products, zip(holdout.departments, holdout.categories, strict=True), strict=True))
        for row, product in enumerate(products):
            department, category = named.get(product, ("", ""))
            if department:
                rows[f"department {department}"].append(row)
            if category:
                rows[f"category {category}"].append(row)
    every = {"all products": np.arange(len(products), dtype=np.int64)}
    return every | {name: np.array(places, dtype=np.int64) for name, places in rows.items()}


def with_vectors(version: ServingSnapshot, holdout: Holdout | None) -> Iterator[Check]:
    """The group of a version's products that sell and the least of which have a vector."""
    has: NDArray[np.bool_] = np.asarray(version.set.product_vectors.any(axis=1))
    shares = _shares(version, holdout, has)
    if shares:
        name = min(shares, key=lambda group: shares[group])
        measured = shares[name]
        least = f"at least {LEAST_WITH_VECTORS}"
        yield Check(f"sales of {name} that have a vector", measured, least, measured >= LEAST_WITH_VECTORS)


def still_known(version: ServingSnapshot, champion: ServingSnapshot, holdout: Holdout | None) -> Iterator[Check]:
    """The group of the champion's products that sell of which the version knows the least: has a vector and a buyer.

    holdout: the champion's, whose catalogue named the products while they were all there.
    """
    of_sale = np.asarray(version.set.product_vectors.any(axis=1) & (version.popularity > 0))
    rows = version.product_rows
    places = np.array([rows.get(product, -1) for product in champion.set.products], dtype=np.int64)
    known: NDArray[np.bool_] = np.append(of_sale, False)[places]  # -1 is the last, which is of no product
    shares = _shares(champion, holdout, known)
    if shares:
        name = min(shares, key=lambda group: shares[group])
        measured = shares[name]
        least = f"at least {LEAST_KNOWN}"
        yield Check(f"sales of {name} at {champion.version} that are known", measured, least, measured >= LEAST_KNOWN)


def _shares(
    snapshot: ServingSnapshot, holdout: Holdout | None, counted: NDArray[np.bool_]
) -> dict[str, float]:  # by group
    """How much of each group's sales is that of products which count."""
    sales = snapshot.popularity.astype(np.float64)  # [num_products]
    return {
        name: float(sales[rows] @ counted[rows] / sales[rows].sum())
        for name, rows in groups(snapshot.set.products, holdout).items()
        if np.count_nonzero(sales[rows]) >= LEAST_PRODUCTS
    }
