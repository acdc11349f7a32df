"""ProductFacts: what all customers together tell of each product at an instant, as columns a network reads."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embeddings.ranking.purchases import Purchases
from graph import EdgeArrays, Instant, Product, ProductId, day_of

__all__ = ["FACTS", "GROUPS", "RHYTHMIC", "ProductFacts", "facts_of", "product_facts", "product_groups"]

GROUPS = ("subcategory", "category", "department", "brand", "manufacturer")
RHYTHMIC = GROUPS[:2]
"""The groups whose own rhythm and season count."""

HALF_LIVES = (3.0, 7.0, 15.0, 30.0, 60.0)
RETURN_DAYS = (14, 30)

FACTS = (
    "gap",
    "buyers",
    "repeaters",
    "days_each",
    *(f"popular_{h:.0f}" for h in HALF_LIVES),
    *(f"discovered_{h:.0f}" for h in HALF_LIVES),
    *(f"returned_{days}" for days in RETURN_DAYS),
    "trend_month",
    "trend_week",
    "deal",
    "age",
    "season_subcategory",
    "season_category",
    "discovered_share",
)
"""The columns, all but the first on a scale where equal steps are equal ratios.

gap: mean days between two purchases of those who come back. repeaters: share of buyers who come back. popular_h,
discovered_h: distinct customers by their last and their first purchase, halved every h days. returned_d: the share of
those who had it d days ago who bought it since. trends: the last month against the one before, the last week against
the month. deal: paid for a unit in the last week against ever. seasons: the group's last two weeks against three
months.
discovered_share: its part of what was discovered in its subcategory in the last weeks.
"""

MOST_DAYS = 400.0
"""Products older than this are all the same."""

OLDEST = 4095
"""Purchases older than so many days count as if they were that old."""


@dataclass(frozen=True)
class ProductFacts:
    """One row a product of a set, and a last one for a product nobody knows.

    values: [num_products + 1, num_facts] float32, the columns of FACTS.
    groups: [num_products + 1, num_groups] int32, codes of GROUPS; 0 where a product's is not known.
    """

    values: NDArray[np.float32]
    groups: NDArray[np.int32]

    @property
    def num_products(self) -> int:
        return len(self.values) - 1

    @cached_property
    def num_codes(self) -> int:
        """How many numbers `codes` tells groups apart by."""
        return int((self._starts + self.groups.max(axis=0, initial=0))[-1]) + 1

    def codes(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:  # [len(rows), num_groups]
        """The groups of these rows, known ones, as numbers that no two columns of GROUPS share."""
        codes: NDArray[np.int64] = self.groups.take(rows, axis=0) + self._starts
        return codes

    @cached_property
    def _starts(self) -> NDArray[np.int64]:  # [num_groups]
        sizes = self.groups.max(axis=0, initial=0).astype(np.int64) + 1
        starts: NDArray[np.int64] = np.cumsum(sizes) - sizes
        return starts

    def known(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Rows, those beyond the products brought to the last."""
        return np.minimum(rows, self.num_products)


def product_facts(
    edges: EdgeArrays, products: Sequence[ProductId], described: Sequence[Product], as_of: Instant
) -> ProductFacts:
    """The facts of `products` at `as_of`: no interaction after it counts.

    described: what is known of products; those not among `products` are left out.
    """
    return facts_of(Purchases.of(edges, products).until(as_of), product_groups(products, described), as_of)


def product_groups(
    products: Sequence[ProductId], described: Sequence[Product]
) -> NDArray[np.int32]:  # [num_products + 1, num_groups]
    """The codes of GROUPS, as ProductFacts has them."""
    rows = {product: row for row, product in enumerate(products)}
    groups = np.zeros((len(products) + 1, len(GROUPS)), dtype=np.int32)
    for column, name in enumerate(GROUPS):
        codes: dict[str, int] = {"": 0}
        for product in described:
            row = rows.get(ProductId(product.id), -1)
            if row >= 0:
                groups[row, column] = codes.setdefault(getattr(product, name) or "", len(codes))
    return groups


def facts_of(purchases: Purchases, groups: NDArray[np.int32], as_of: Instant) -> ProductFacts:
    """The facts that purchases, none later than `as_of`, tell of the products with these `groups`."""
    ages = np.maximum(day_of(as_of) - purchases.day, 0)
    values = _values(purchases.customer, purchases.product, ages, groups)
    values["deal"] = _deals(purchases.product, ages, purchases.value, purchases.quantity, len(groups))
    return ProductFacts(np.column_stack([values[name] for name in FACTS]).astype(np.float32), groups)


def _values(
    customer: NDArray[np.int64],  # [num_purchases]
    product: NDArray[np.int64],
    age: NDArray[np.int64],
    groups: NDArray[np.int32],  # [size, num_groups]
) -> dict[str, NDArray[np.float64]]:  # each [size]
    size = len(groups)
    oldest_first = OLDEST - np.minimum(age, OLDEST)
    key = np.unique((customer * size + product) * (OLDEST + 1) + oldest_first)  # a day with it counts once
    pair, ages = key // (OLDEST + 1), (OLDEST - key % (OLDEST + 1)).astype(np.float64)
    starts = np.flatnonzero(np.r_[True, pair[1:] != pair[:-1]]) if len(pair) else np.empty(0, dtype=np.int64)
    days = np.diff(np.r_[starts, len(pair)])
    first, last = ages[starts], ages[starts + days - 1]
    bought = pair[starts] % size

    def count(weights: NDArray[Any]) -> NDArray[np.float64]:  # [num_pairs] -> [size]
        return np.bincount(bought, weights, minlength=size).astype(np.float64)

    again, each = days > 1, pair % size
    buyers, repeaters = np.bincount(bought, minlength=size).astype(np.float64), count(again)
    gap = (first - last) / np.maximum(days - 1, 1)
    mean_gap = float(gap[again].mean()) if again.any() else MOST_DAYS
    share = _logit(float(again.mean()) if len(again) else 0.0)
    values = {
        "gap": (count(np.where(again, gap, 0.0)) + 5 * mean_gap) / (repeaters + 5),
        "buyers": np.log1p(buyers),
        "repeaters": _logit((repeaters + 5 * _share(share)) / (buyers + 5)),
        "days_each": np.log((count(np.minimum(days, 20)) + 10) / (buyers + 10)),
    }
    for half_life in HALF_LIVES:
        values[f"popular_{half_life:.0f}"] = np.log1p(count(np.exp2(-last / half_life)))
        values[f"discovered_{half_life:.0f}"] = np.log1p(count(np.exp2(-first / half_life)))
    for span in RETURN_DAYS:
        owned = first >= span
        returned = owned & (last < span)
        usual = float(returned.sum()) / max(float(owned.sum()), 1.0)
        values[f"returned_{span}"] = _logit((count(returned) + 5 * usual) / (count(owned) + 5))

    def lately(since: int, until: int) -> NDArray[np.float64]:  # [size]
        return np.bincount(each[(ages >= since) & (ages < until)], minlength=size).astype(np.float64)

    month, before, week = lately(0, 30), lately(30, 60), lately(0, 7)
    values["trend_month"] = np.log((month + 3) / (before + 3))
    values["trend_week"] = np.log((week * (30 / 7) + 3) / (month + 3))
    oldest = np.zeros(size)
    np.maximum.at(oldest, bought, first)
    values["age"] = np.log1p(np.minimum(oldest, MOST_DAYS))
    late, long = lately(0, 14) / 14, lately(0, 90) / 90
    for column, name in enumerate(("season_subcategory", "season_category")):
        code = groups[:, column]
        now, usually = np.bincount(code, late)[code], np.bincount(code, long)[code]
        values[name] = np.log((now + 0.3) / (usually + 0.3))
    discovered = np.expm1(values["discovered_7"])
    values["discovered_share"] = discovered / (np.bincount(groups[:, 0], discovered)[groups[:, 0]] + 1)
    return values


def _deals(
    product: NDArray[np.int64],  # [num_purchases]
    ages: NDArray[np.int64],
    value: NDArray[np.int64],  # minor units
    quantity: NDArray[np.float64],
    size: int,
) -> NDArray[np.float64]:  # [size]
    """Mean log price of a unit in the last week less that of all time, leaning to 0 where few bought it lately."""
    paid = value > 0
    product, late = product[paid], ages[paid] < 7
    price = np.log(value[paid] / np.maximum(quantity[paid], 1e-9))
    usual = np.bincount(product, price, minlength=size) / np.maximum(np.bincount(product, minlength=size), 1)
    apart = np.bincount(product[late], (price - usual[product])[late], minlength=size)
    deals: NDArray[np.float64] = apart / (np.bincount(product[late], minlength=size) + 3)
    return deals


def _logit(share: Any) -> Any:
    bounded = np.clip(share, 1e-4, 1 - 1e-4)
    return np.log(bounded / (1 - bounded))


def _share(logit: float) -> float:
    return float(1 / (1 + np.exp(-logit)))
