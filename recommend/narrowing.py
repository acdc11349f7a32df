"""Narrowing: which products a list's conditions leave, by the catalogue's columns, before anything is searched."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from embeddings.index import Between, Condition, Listed, NoneOf, OneOf, Selection
from recommend.assortment import CODED, SELLABLE, Assortment, Rows
from recommend.placements import Place, ProductFilter
from recommend.placements.filter_text import Comparison

__all__ = ["MAX_EVALUATIONS", "Narrowing", "narrowing_for"]

MAX_EVALUATIONS = 3000
"""How many products and texts a list's conditions are evaluated for; each takes about 6 µs."""

SOLD_OUT = 8
"""Where more than one product in so many cannot be sold, searches without conditions pass over them too."""

DEAREST = 2**62


@dataclass
class Narrowing:
    """The conditions of one list. late: whether its time is over. evaluations: how many were made of MAX_EVALUATIONS.

    conditions: why a product is left out, and what it does not meet. exhausted: some products could not be checked.
    region: where a product must be available, "" where that is not known.
    """

    assortment: Assortment
    conditions: tuple[tuple[str, ProductFilter], ...] = ()
    region: str = ""
    late: Callable[[], bool] = lambda: False
    evaluations: int = 0
    exhausted: bool = False

    @cached_property
    def selection(self) -> Selection | None:
        """What may be searched for; None where that is nearly everything."""
        total, possible = len(self.assortment.ids), self.assortment.num_sellable
        if self.region:
            possible = min(possible, self.assortment.search.attributes.count(self._available))
        if not self.conditions and (total - possible) * SOLD_OUT <= total:
            return None
        return self.also(None)

    def also(self, condition: ProductFilter | None) -> Selection:
        """The sellable products that their columns do not rule out, by the list's conditions and this one."""
        asked: list[Condition] = [SELLABLE, self._available] if self.region else [SELLABLE]
        for held in [held for _, held in self.conditions] + ([] if condition is None else [condition]):
            asked += self._of_columns(held)[0]
            asked += self._of_texts(held)
        return self.assortment.search.attributes.select(asked)

    def available(self, rows: Rows) -> NDArray[np.bool_]:  # [len(rows)]
        """Which rows are available in the region of the list."""
        return self.assortment.search.attributes.meets([self._available] if self.region else [], rows)

    @cached_property
    def _available(self) -> Condition:
        return self.assortment.sold_in([self.region])

    def allows(self, condition: ProductFilter, rows: Rows, kept: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Which of the rows kept so far, which are sellable, a condition allows; False for what could no longer be
        checked."""
        of_columns, settled = self._of_columns(condition)
        if settled:
            return kept & self.assortment.search.attributes.meets(of_columns, rows)
        allowed = np.zeros(len(rows), dtype=np.bool_)
        for place in np.flatnonzero(kept).tolist():
            if self.evaluations >= MAX_EVALUATIONS or self.late():
                self.exhausted = True
                break
            allowed[place], evaluated = condition.check(self.assortment.product(int(rows[place])))
            self.evaluations += evaluated
        return allowed

    def _of_columns(self, condition: ProductFilter) -> tuple[list[Condition], bool]:
        """(what the comparisons in a condition ask of the columns of sellable products, whether that is all of it)."""
        asked = [self._of_column(comparison) for comparison in condition.comparisons]
        told = [part for parts in asked if parts is not None for part in parts]
        return told, not condition.unsettled and None not in asked

    def _of_column(self, comparison: Comparison) -> list[Condition] | None:
        """What a comparison asks of sellable products; None where it takes CEL to say."""
        column, compared, values = comparison
        numbers = tuple(value for value in values if isinstance(value, int))
        texts = [value for value in values if isinstance(value, str)]
        equal = compared in ("==", "in")
        if column == "in_stock" and equal:  # what is sellable is in stock
            return [] if True in numbers else [OneOf("sellable", ())]
        if column == "price":
            return _of_prices(compared, numbers)
        if column == "id" and equal:
            return [Listed(self.assortment.rows(texts))]
        if column == "regions":
            return [self.assortment.sold_in(texts)]
        if column in CODED and (equal or compared == "!="):
            found = [self.assortment.texts(column).find(text) for text in texts]
            codes = tuple(code for code in found if code is not None)
            return [OneOf(column, codes) if equal else NoneOf(column, codes)]
        return None

    def _of_texts(self, condition: ProductFilter) -> list[Condition]:
        """What the rest of a condition asks of each column of texts that it names, found by asking it of each text."""
        asked: list[Condition] = []
        for column in CODED:
            texts = self.assortment.texts(column).texts
            if column not in condition.unsettled or self.evaluations + len(texts) > MAX_EVALUATIONS:
                continue
            refused = []
            for code, text in enumerate(texts):
                if self.late():
                    break
                possible, evaluated = condition.possible(column, text)
                self.evaluations += evaluated
                if not possible:
                    refused.append(code)
            if 2 * len(refused) > len(texts):
                asked.append(OneOf(column, tuple(sorted(set(range(len(texts))) - set(refused)))))
            elif refused:
                asked.append(NoneOf(column, tuple(refused)))
        return asked


def narrowing_for(
    place: Place,
    where: str | None,
    assortment: Assortment,
    late: Callable[[], bool] = lambda: False,
    region: str = "",
) -> Narrowing:
    """Of the placement's condition, the request's and the region of whoever asks, "" where that is not known.

    InvalidValue("filter", …) for a condition that is none.
    """
    conditions = []
    if place.filters.where is not None:
        conditions.append(("the placement's filter does not let it through", ProductFilter.of(place.filters.where)))
    if where is not None:
        conditions.append(("the request's filter does not let it through", ProductFilter.of(where)))
    return Narrowing(assortment, tuple(conditions), region, late)


def _of_prices(compared: str, numbers: tuple[int, ...]) -> list[Condition]:
    """What a comparison asks of the price; a product without one meets none."""
    known = Between("price", 0, DEAREST)
    match compared:
        case "==" | "in":
            return [OneOf("price", numbers), known]
        case "!=":
            return [NoneOf("price", numbers), known]
        case "<":
            return [Between("price", 0, numbers[0] - 1)]
        case "<=":
            return [Between("price", 0, numbers[0])]
        case ">":
            return [Between("price", numbers[0] + 1, DEAREST)]
    return [Between("price", numbers[0], DEAREST)]
