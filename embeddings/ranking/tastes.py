"""Tastes: what else customers take who took these products; a low-rank EASE that also knows who came later."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["HALF_LIVES", "Bought", "Tastes"]

HALF_LIVES = (float("inf"), 120.0)
"""Days after which a purchase says half as much, one a taste: what was ever bought, and what of late."""

LEAST_REST = 0.02
"""Nobody's leverage counts as more than 1 less this: what is left of X must say something."""

Bought = tuple[NDArray[np.int64], NDArray[np.integer | np.floating]]
"""Products, and how many days ago each was bought last."""


@dataclass(frozen=True)
class Tastes:
    """EASE is B = (XᵀX + λI)^-1 XᵀX without its diagonal, over 1 - that diagonal (Steck 2019). With X ≈ U S Vᵀ it is
    V s² / (s² + λ) Vᵀ: a score is the inner product of two sums over `vectors` = V s / (s² + λ)^½, times `gains`.

    place: [num_products + 1] int32, the row of each product, the last row for those with too few buyers.
    vectors: [num_tastes, num_rows, dim] float32, gains: [num_tastes, num_rows] float32; of the last row 0.
    inverses: [num_tastes, dim] float32, 1 / s², 0 for directions that are not there. ridges: [num_tastes] float32, λ.
    """

    place: NDArray[np.int32]
    vectors: NDArray[np.float32]
    gains: NDArray[np.float32]
    inverses: NDArray[np.float32]
    ridges: NDArray[np.float32]

    def of(
        self,
        products: NDArray[np.int64],
        ages: NDArray[np.integer | np.floating],
        learnt: Bought | None = None,
    ) -> NDArray[np.float32]:  # [num_tastes, dim]
        """The tastes of who bought `products` last `ages` days ago.

        learnt: what of it, and how old, is a row of X. They are made without that row, so that what somebody did not
        buy yet is no sign that they never will, and those who were learnt from are asked as everybody else is.
        """
        taste = self._summed(products, ages)
        if learnt is None:
            return taste
        return self._without(taste if learnt[0] is products else self._summed(*learnt), taste)

    def scores(self, taste: NDArray[np.float32], products: NDArray[np.int64]) -> NDArray[np.float32]:  # [num_tastes, n]
        """How well `products` go with a taste, 0 where nothing is known of them."""
        rows = self._rows(products)
        scores = self.gains.take(rows, axis=1)
        for one, vectors, gained in zip(taste, self.vectors, scores, strict=True):
            gained *= vectors.take(rows, axis=0) @ one
        return scores

    def scores_of_all(
        self,
        tastes: NDArray[np.float32],  # [n, num_tastes, dim]
        products: NDArray[np.int64],  # [m]
    ) -> NDArray[np.float32]:  # [n, num_tastes, m]
        """The `scores` of many tastes at once."""
        rows = self._rows(products)
        found = [tastes[:, number] @ vectors[rows].T for number, vectors in enumerate(self.vectors)]
        return np.stack(found, axis=1) * self.gains[:, rows]

    def _summed(self, products: NDArray[np.int64], ages: NDArray[np.integer | np.floating]) -> NDArray[np.float32]:
        rows = self._rows(products)
        weights = np.exp2(-ages / np.array(HALF_LIVES)[:, None]).astype(np.float32)  # [num_tastes, num_bought]
        return np.stack([one @ vectors.take(rows, axis=0) for one, vectors in zip(weights, self.vectors, strict=True)])

    def _without(self, own: NDArray[np.float32], taste: NDArray[np.float32]) -> NDArray[np.float32]:
        """A taste, had the row that says `own` not been in X (Sherman and Morrison): with the row's leverage
        h = Σ own² / s², it is taste - λ / s² · own · (Σ own · taste / s²) / (1 - h)."""
        leverage = (own * own * self.inverses).sum(axis=1)
        shared = (own * taste * self.inverses).sum(axis=1) / np.maximum(1 - leverage, LEAST_REST)
        without: NDArray[np.float32] = taste - (self.ridges * shared)[:, None] * self.inverses * own
        return without

    def _rows(self, products: NDArray[np.int64]) -> NDArray[np.int32]:
        rows: NDArray[np.int32] = self.place.take(np.minimum(products, len(self.place) - 1))
        return rows
