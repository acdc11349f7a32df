"""Predictions: the models of one version, and the arrays they are kept as."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from numpy.typing import NDArray

from embeddings.predictions.category_propensity import CategoryPropensity
from embeddings.predictions.next_purchase import NextPurchase
from embeddings.predictions.shopping_days import ShoppingDays
from graph import Product, ProductId, Profile

__all__ = ["Predictions"]


@dataclass(frozen=True)
class Predictions:
    """When a customer buys next, and of which categories."""

    next_purchase: NextPurchase
    propensity: CategoryPropensity

    def arrays(self) -> tuple[tuple[str, NDArray[Any]], ...]:
        """(name of its file, array) of all it is made of but the categories' names."""
        return (
            ("predictions.next_purchase.weights", self.next_purchase.weights),
            ("predictions.next_purchase.usual", self.next_purchase.usual),
            ("predictions.propensity.facts", self.propensity.facts),
            ("predictions.propensity.weights", self.propensity.weights),
            ("predictions.propensity.own", self.propensity.own),
        )

    def shopping(self, profile: Profile, product: Callable[[ProductId], Product | None]) -> ShoppingDays:
        """The days of a profile, in the rows of these categories as the catalogue has them now."""

        def row_of(bought: ProductId) -> int:
            entry = product(bought)
            return -1 if entry is None else self._rows.get(entry.category, -1)

        return ShoppingDays.of_profile(profile, row_of)

    @cached_property
    def _rows(self) -> dict[str, int]:
        return {category: row for row, category in enumerate(self.propensity.categories)}
