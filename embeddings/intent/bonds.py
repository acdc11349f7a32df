"""Bonds: how many times likelier a product, or a category, is in a basket that holds another one."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Bonds"]


@dataclass(frozen=True)
class Bonds:
    """Logarithms of lifts: of the baskets that hold both over those that would if one had nothing to do with the other.

    Those of product r with others are ``lifts[offsets[r]:offsets[r + 1]]``, all above 0, the greatest first.
    categories: [num_categories, num_categories], by the codes of the ranking's facts; 0 where one is not known.
    """

    offsets: NDArray[np.int64]  # [num_products + 1]
    columns: NDArray[np.int32]  # [num_bonds]
    lifts: NDArray[np.float32]  # [num_bonds]
    categories: NDArray[np.float32]

    @property
    def num_products(self) -> int:
        return len(self.offsets) - 1

    def between(
        self, products: NDArray[np.int64], others: NDArray[np.int64]
    ) -> NDArray[np.float32]:  # [len(products), len(others)]
        """The lift of each of `others`, rising rows, beside each of `products`; 0 where nothing joins them."""
        found = np.zeros((len(products), len(others)), dtype=np.float32)
        if not len(others):
            return found
        places, lengths = self._entries(products)
        columns = self.columns.take(places)
        at = np.minimum(others.searchsorted(columns), len(others) - 1)
        there = (others.take(at) == columns).nonzero()[0]
        cells = np.arange(len(products)).repeat(lengths).take(there) * len(others) + at.take(there)
        found.ravel()[cells] = self.lifts.take(places.take(there))
        return found

    def summed(
        self, products: NDArray[np.int64], weights: NDArray[np.float32]
    ) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """(what `products` are joined to, a row as often as it is; the lift times the product's weight)."""
        places, lengths = self._entries(products)
        return self.columns.take(places), self.lifts.take(places) * weights.repeat(lengths)

    def _entries(self, products: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """(places of the bonds of these products, how many each has): none of a row beyond the last."""
        rows = np.minimum(products, self.num_products)
        starts = self.offsets.take(rows)
        lengths = self.offsets.take(np.minimum(rows + 1, self.num_products)) - starts
        ends = lengths.cumsum()
        places = np.arange(lengths.sum())
        places += (starts - (ends - lengths)).repeat(lengths)
        return places, lengths
