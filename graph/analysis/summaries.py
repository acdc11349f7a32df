"""Summaries: what the members of a community have in common, said in words of the catalogue."""

from collections.abc import Iterable, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from graph.analysis.pairs import Pairs
from graph.nodes import Product

__all__ = ["Community", "Theme", "summarise"]

LEAST_LIFT = 1.3
LEAST_SHARE = 0.01
LEAST_PAIRS = 3
THEMES = 3
TOP_PRODUCTS = 8


class Theme(msgspec.Struct, frozen=True):
    """A department, or a category of one, that a community takes more of than all customers do.

    share: of the pairs between the community's customers and its products; lift: that by the share among all pairs.
    """

    name: str
    department: str
    share: float
    lift: float


class Community(msgspec.Struct, frozen=True):
    """One community.

    label: the names of its first themes, "" where nothing stands out.
    top_products: ids, those that say most about it first: most told by its own customers.
    """

    community: int
    customers: int
    products: int
    label: str
    themes: tuple[Theme, ...]
    top_products: tuple[str, ...]


def summarise(
    pairs: Pairs,
    weights: NDArray[np.float64],
    community: NDArray[np.int32],
    product_ids: Sequence[str],
    products: Iterable[Product],
) -> tuple[Community, ...]:
    """All communities, in the order of their numbers.

    weights: [num_pairs] what each pair says; community: [num_nodes] of each customer, then of each product.
    product_ids: the id of each product of `pairs`; products: the catalogue, of which only these are looked at.
    """
    num_communities = int(community.max(initial=-1)) + 1
    own = community[: pairs.num_customers]
    theirs = community[pairs.num_customers :]
    customers = np.bincount(own, minlength=num_communities)
    members = np.bincount(theirs, minlength=num_communities)
    inner = own[pairs.customer] == theirs[pairs.product]  # [num_pairs]
    themes = _themes(pairs, inner, theirs, num_communities, product_ids, products)
    told = np.bincount(pairs.product[inner], weights[inner], minlength=pairs.num_products)  # [num_products]
    sorting = np.lexsort((-told, theirs))
    starts = np.cumsum(members) - members
    return tuple(
        Community(
            community=number,
            customers=int(customers[number]),
            products=int(members[number]),
            label=_label(themes[number]),
            themes=themes[number],
            top_products=tuple(
                product_ids[row]
                for row in sorting[starts[number] : starts[number] + min(int(members[number]), TOP_PRODUCTS)]
            ),
        )
        for number in range(num_communities)
    )


def _themes(
    pairs: Pairs,
    inner: NDArray[np.bool_],
    theirs: NDArray[np.int32],
    num_communities: int,
    product_ids: Sequence[str],
    products: Iterable[Product],
) -> list[tuple[Theme, ...]]:
    """The themes of every community, by share · log²(lift), at most one a department and ties by name."""
    names, codes = _named(product_ids, products)
    number = theirs[pairs.product[inner]]  # [num_inner_pairs]
    sizes = np.bincount(number, minlength=num_communities)
    found: list[list[tuple[float, Theme]]] = [[] for _ in range(num_communities)]
    for column in codes:
        code = column[pairs.product]
        overall = np.bincount(code, minlength=len(names)) / max(len(pairs), 1)  # [num_names]
        cells, counts = np.unique(number * np.int64(len(names)) + code[inner], return_counts=True)
        where, name = np.divmod(cells, len(names))
        share = counts / sizes[where]
        lift = share / overall[name]
        for row in np.flatnonzero((name > 0) & (lift >= LEAST_LIFT) & (share >= LEAST_SHARE) & (counts >= LEAST_PAIRS)):
            department, category = names[name[row]]
            theme = Theme(category or department, department, round(float(share[row]), 4), round(float(lift[row]), 2))
            found[where[row]].append((float(share[row] * np.log(lift[row]) ** 2), theme))
    return [_first(candidates) for candidates in found]


def _named(
    product_ids: Sequence[str], products: Iterable[Product]
) -> tuple[list[tuple[str, str]], tuple[NDArray[np.int32], NDArray[np.int32]]]:
    """The (department, category) texts there are, the first being of no name, and two columns [num_products] of
    positions among them: each product's department, with "" for a category, and its category."""
    rows = {product: row for row, product in enumerate(product_ids)}
    names = {("", ""): 0}
    departments, categories = np.zeros((2, len(rows)), dtype=np.int32)
    for product in products:
        row = rows.get(product.id)
        if row is None:
            continue
        if product.department:
            departments[row] = names.setdefault((product.department, ""), len(names))
        if product.category:
            categories[row] = names.setdefault((product.department, product.category), len(names))
    return list(names), (departments, categories)


def _first(candidates: list[tuple[float, Theme]]) -> tuple[Theme, ...]:
    chosen: dict[str, Theme] = {}
    for _, theme in sorted(candidates, key=lambda each: (-each[0], each[1].name)):
        chosen.setdefault(theme.department, theme)
        if len(chosen) == THEMES:
            break
    return tuple(chosen.values())


def _label(themes: tuple[Theme, ...]) -> str:
    return " · ".join(theme.name for theme in themes[:2])
