"""Filtering: what must not be in a list, whatever its score, and how a list that lost too much is filled again."""

import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from graph import DAY, Catalogue, Instant, Product
from graph.catalogue import Vocabulary
from recommend.asked import Asked
from recommend.assortment import Rows
from recommend.placements import Action, ProductFilter
from recommend.placements.filter_text import Comparison

__all__ = ["Removal", "Sieve", "sieve_for"]

MAX_EVALUATIONS = 3000
"""How many products a list's conditions are evaluated for; each takes about 6 µs."""

MAX_LOOKED_AT = 5000
"""How many products beyond the candidates a list is filled from."""

CODED = ("department", "category", "subcategory", "brand")

_COMPARE: dict[str, Callable[[NDArray[np.int64], int], NDArray[np.bool_]]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@dataclass(frozen=True)
class Removal:
    """Rows that one check took out, and why."""

    why: str
    rows: Rows


@dataclass
class Sieve:
    """The checks of one list, in order. late: whether its time is over. exhausted: some products could not be checked
    and are left out."""

    asked: Asked
    hidden: tuple[tuple[str, Rows], ...]
    just_bought: Rows
    conditions: tuple[tuple[str, ProductFilter], ...]
    excluding: tuple[tuple[str, Callable[[Product], bool]], ...]
    late: Callable[[], bool] = lambda: False
    evaluations: int = 0
    exhausted: bool = False
    removals: list[Removal] = field(default_factory=list)

    def keep(self, rows: Rows) -> NDArray[np.bool_]:  # [len(rows)]
        """Which rows may be shown; what took the others out is added to `removals`."""
        kept = np.ones(len(rows), dtype=np.bool_)
        for why, removed in self._checks(rows, kept):
            removed &= kept
            if removed.any():
                self.removals.append(Removal(why, rows[removed]))
                kept &= ~removed
        return kept

    def refill(self, candidates: Rows, wanted: int, condition: ProductFilter | None = None) -> Rows:
        """Up to `wanted` further rows that pass every check and `condition`, the nearest and most popular in turn."""
        assortment = self.asked.assortment
        conditions = [held for _, held in self.conditions] + ([] if condition is None else [condition])
        possible = self._possible(conditions)
        possible[candidates] = False
        rows = assortment.popular[possible[assortment.popular]]
        more = bool(conditions) and len(rows) > MAX_LOOKED_AT
        rows = _in_turn(rows[:MAX_LOOKED_AT], self.asked)
        found: list[Rows] = []
        count = 0
        for start in range(0, len(rows), 256):
            part = rows[start : start + 256]
            kept = self.keep(part)
            if condition is not None:
                kept = self._allowed(condition, part, kept)
            found.append(part[kept])
            count += len(found[-1])
            if count >= wanted or self.exhausted:
                break
        self.exhausted |= count < wanted and more
        return np.concatenate(found)[:wanted] if found else rows

    def _checks(self, rows: Rows, kept: NDArray[np.bool_]) -> Iterator[tuple[str, NDArray[np.bool_]]]:
        asked, assortment = self.asked, self.asked.assortment
        yield "it is out of stock, retired or not in the catalogue", ~assortment.sellable(rows)
        for why, hidden in self.hidden:
            yield why, np.isin(rows, hidden)
        if len(self.just_bought):
            yield "it was just bought", np.isin(rows, self.just_bought)
        filters, history = asked.place.filters, asked.visitor.history
        if filters.bought:
            yield "it was bought before", history.has(rows)
        yield from self._by_texts(rows, history.has(rows) if filters.bought_once else None)
        for why, excludes in self.excluding:
            removed = np.ones(len(rows), dtype=np.bool_)
            for place in np.flatnonzero(kept).tolist():
                if self.late():
                    self.exhausted = True
                    break
                removed[place] = excludes(assortment.product(int(rows[place])))
            yield why, removed
        for why, condition in self.conditions:
            yield why, ~self._allowed(condition, rows, kept)

    def _by_texts(self, rows: Rows, bought: NDArray[np.bool_] | None) -> Iterator[tuple[str, NDArray[np.bool_]]]:
        assortment, catalogue, visitor = self.asked.assortment, self.asked.assortment.catalogue, self.asked.visitor
        if bought is not None:
            codes = [catalogue.categories.find(text) for text in sorted(self.asked.place.filters.bought_once)]
            once = np.isin(assortment.codes(catalogue.category, rows), [code for code in codes if code])
            yield "it is of a kind bought once and was bought before", bought & once
        if visitor.disliked_brands:
            codes = [catalogue.brands.find(text) for text in sorted(visitor.disliked_brands)]
            yield (
                "its brand is disliked",
                np.isin(assortment.codes(catalogue.brand, rows), [code for code in codes if code]),
            )
        if visitor.disliked_categories:
            disliked = np.zeros(len(rows), dtype=np.bool_)
            for column, texts in (
                (catalogue.department, catalogue.departments),
                (catalogue.category, catalogue.categories),
                (catalogue.subcategory, catalogue.subcategories),
            ):
                codes = [texts.find(text) for text in sorted(visitor.disliked_categories)]
                disliked |= np.isin(assortment.codes(column, rows), [code for code in codes if code])
            yield "its category is disliked", disliked

    def _allowed(self, condition: ProductFilter, rows: Rows, kept: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Which of the rows kept so far a condition allows; False for what could no longer be checked."""
        allowed = np.zeros(len(rows), dtype=np.bool_)
        for place in np.flatnonzero(kept).tolist():
            if self.evaluations >= MAX_EVALUATIONS or self.late():
                self.exhausted = True
                break
            allowed[place], evaluated = condition.check(self.asked.assortment.product(int(rows[place])))
            self.evaluations += evaluated
        return allowed

    def _possible(self, conditions: list[ProductFilter]) -> NDArray[np.bool_]:  # [num_rows]
        """Which rows their price, id, department, category, subcategory and brand do not rule out."""
        assortment, catalogue = self.asked.assortment, self.asked.assortment.catalogue
        possible = assortment.catalogue_rows >= 0
        if conditions:
            possible &= catalogue.sellable[assortment.catalogue_rows]
        for condition in conditions:
            for comparison in condition.comparisons:
                held = self._holds(comparison)
                if held is not None:
                    possible &= held
            for column in CODED:
                texts = _texts(catalogue, column).texts
                if column not in condition.unsettled or self.evaluations + len(texts) > MAX_EVALUATIONS:
                    continue
                verdicts = np.ones(len(texts), dtype=np.bool_)
                for code, text in enumerate(texts):
                    if self.late():
                        break
                    verdicts[code], evaluated = condition.possible(column, text)
                    self.evaluations += evaluated
                possible &= verdicts[getattr(catalogue, column)[assortment.catalogue_rows]]
        return possible

    def _holds(self, comparison: Comparison) -> NDArray[np.bool_] | None:  # [num_rows]
        """Of which sellable rows a comparison holds; None where it takes CEL to say."""
        assortment, catalogue = self.asked.assortment, self.asked.assortment.catalogue
        column, compared, values = comparison
        numbers = [value for value in values if isinstance(value, int)]
        texts = [value for value in values if isinstance(value, str)]
        equal = compared in ("==", "in")
        held = np.zeros(len(assortment.ids), dtype=np.bool_)
        if column == "in_stock" and equal:  # what is sellable is in stock
            return ~held if True in numbers else held
        if column == "price":
            prices = catalogue.price[assortment.catalogue_rows]
            met = np.isin(prices, numbers) if compared == "in" else _COMPARE[compared](prices, numbers[0])
            return np.asarray(met & (prices >= 0))
        if column == "id" and equal:
            held[assortment.rows(texts)] = True
            return held
        if column in CODED and (equal or compared == "!="):
            found = [_texts(catalogue, column).find(text) for text in texts]
            codes = [code for code in found if code is not None]
            return np.isin(getattr(catalogue, column)[assortment.catalogue_rows], codes, invert=not equal)
        return None


def sieve_for(
    asked: Asked,
    *,
    now: Instant,
    exclude: tuple[str, ...],
    shown: Rows,
    where: str | None,
    late: Callable[[], bool] = lambda: False,
) -> Sieve:
    """The checks of a list; InvalidValue("filter", …) where the request's condition is none.

    exclude: product ids the request names. shown: rows that an earlier placement of the same call shows.
    """
    assortment, visitor, filters = asked.assortment, asked.visitor, asked.place.filters
    hidden = [
        ("it is the product of the page", np.array([asked.page], dtype=np.int64)),
        ("it lies in the cart", visitor.cart),
        ("it is shown in an earlier placement of this call", shown),
        ("the request excludes it", assortment.rows(exclude)),
        ("it is disliked", assortment.rows(sorted(visitor.disliked_products))),
        ("it was dismissed in this session", visitor.dismissed),
    ]
    conditions = []
    if filters.where is not None:
        conditions.append(("the placement's filter does not let it through", ProductFilter.of(filters.where)))
    if where is not None:
        conditions.append(("the request's filter does not let it through", ProductFilter.of(where)))
    rules = [rule for rule in asked.place.rules if rule.action is Action.EXCLUDE and rule.active(now)]
    return Sieve(
        asked=asked,
        hidden=tuple((why, rows) for why, rows in hidden if len(rows) and rows[0] >= 0),
        just_bought=_just_bought(asked, now),
        conditions=tuple(conditions),
        excluding=tuple((f"the rule {rule.name!r} excludes it", rule.selects) for rule in rules),
        late=late,
    )


def _texts(catalogue: Catalogue, column: str) -> Vocabulary:
    return {
        "department": catalogue.departments,
        "category": catalogue.categories,
        "subcategory": catalogue.subcategories,
        "brand": catalogue.brands,
    }[column]


def _just_bought(asked: Asked, now: Instant) -> Rows:
    days, profile = asked.place.filters.just_bought_days, asked.visitor.profile
    if profile is None or not days or (profile.last_seen is not None and profile.last_seen <= now - days * DAY):
        return np.empty(0, dtype=np.int64)
    return asked.assortment.rows(product for product, at in profile.bought.items() if at > now - days * DAY)


def _in_turn(rows: Rows, asked: Asked) -> Rows:
    """Popular rows and the rows nearest to the live vector, one of each in turn, each once."""
    if asked.live is None or not len(rows):
        return rows
    near = rows[np.argsort(-(asked.assortment.vectors_of(rows) @ asked.live), kind="stable")]
    turn = np.stack([near, rows], axis=1).ravel()
    first = np.unique(turn, return_index=True)[1]
    return turn[np.sort(first)]
