"""PriceLevels: whether a product is among the cheap, the middling or the dear of its category."""

from enum import IntEnum

import numpy as np

from graph.catalogue import Catalogue
from graph.ids import ProductId

__all__ = ["PriceLevel", "PriceLevels"]


class PriceLevel(IntEnum):
    """The third of its category's prices that a price is in."""

    LOW = 0
    MIDDLE = 1
    HIGH = 2


class PriceLevels:
    """Thirds of each category's prices, reckoned when asked for and anew once a hundredth of the catalogue changed."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._thirds: dict[int, tuple[float, float] | None] = {}
        self._changes = catalogue.changes

    def of(self, product: ProductId) -> PriceLevel | None:
        """The level of a product; None where its price or category is unknown, or all of the category cost the same."""
        catalogue = self._catalogue
        row = catalogue.row(product)
        if row is None or catalogue.price[row] < 0 or not catalogue.category[row]:
            return None
        if catalogue.changes - self._changes > len(catalogue) // 100:
            self._thirds.clear()
            self._changes = catalogue.changes
        category = int(catalogue.category[row])
        if category not in self._thirds:
            self._thirds[category] = self._of_category(category)
        thirds = self._thirds[category]
        if thirds is None:
            return None
        price = catalogue.price[row]
        return PriceLevel.LOW if price <= thirds[0] else PriceLevel.MIDDLE if price <= thirds[1] else PriceLevel.HIGH

    def _of_category(self, category: int) -> tuple[float, float] | None:
        known = len(self._catalogue)
        prices = self._catalogue.price[:known][self._catalogue.category[:known] == category]
        prices = prices[prices >= 0]
        if not len(prices) or prices.min() == prices.max():
            return None
        low, high = np.quantile(prices, (1 / 3, 2 / 3))
        return float(low), float(high)
