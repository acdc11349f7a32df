"""Filtering: what must not be in a list, whatever its score, and how a list that lost too much is filled again."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from embeddings.index import Selection
from graph import DAY, Instant, Product
from recommend.asked import Asked
from recommend.assortment import Rows, among
from recommend.placements import Action, ProductFilter

__all__ = ["Removal", "Sieve", "sieve_for"]

MAX_LOOKED_AT = 5000
"""How many products beyond the candidates a list is filled from."""

FIRST_LOOK = 256
"""How many of them are looked up before it is known that more are needed."""


@dataclass(frozen=True)
class Removal:
    """Rows that one check took out, and why."""

    why: str
    rows: Rows


@dataclass
class Sieve:
    """The checks of one list, in order."""

    asked: Asked
    hidden: tuple[tuple[str, Rows], ...]
    just_bought: Rows
    excluding: tuple[tuple[str, Callable[[Product], bool]], ...]
    removals: list[Removal] = field(default_factory=list)

    @property
    def exhausted(self) -> bool:
        """Whether some products could not be checked and are left out."""
        return self.asked.narrowing.exhausted

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
        narrowing = self.asked.narrowing
        possible = narrowing.also(condition).without(candidates, len(self.asked.assortment.ids))
        found, count = [candidates[:0]], 0
        for part in self._in_turn(possible):
            kept = self.keep(part)
            if condition is not None:
                kept = narrowing.allows(condition, part, kept)
            found.append(part[kept])
            count += len(found[-1])
            if count >= wanted or narrowing.exhausted:
                break
        unchecked = bool(narrowing.conditions or condition) and possible.count > MAX_LOOKED_AT
        narrowing.exhausted |= count < wanted and unchecked
        return np.concatenate(found)[:wanted]

    def _in_turn(self, possible: Selection) -> Iterator[Rows]:
        """Up to MAX_LOOKED_AT of these rows, each once, the nearest and the most popular in turn, some at a time."""
        assortment, live = self.asked.assortment, self.asked.live
        seen = np.empty(0, dtype=np.int64)
        for limit in (FIRST_LOOK, MAX_LOOKED_AT):
            rows = assortment.most_popular(possible, limit)
            if live is not None and len(rows):
                near = assortment.search.within(possible, live, limit).rows
                turn = np.concatenate([rows, near])[np.argsort(np.r_[1 : 2 * len(rows) : 2, 0 : 2 * len(near) : 2])]
                rows = turn[np.sort(np.unique(turn, return_index=True)[1])]
            rows = rows[~among(rows, seen)][: MAX_LOOKED_AT - len(seen)]
            seen = np.concatenate([seen, rows])
            yield from np.split(rows, range(FIRST_LOOK, len(rows), FIRST_LOOK))
            if len(seen) >= possible.count:
                return

    def _checks(self, rows: Rows, kept: NDArray[np.bool_]) -> Iterator[tuple[str, NDArray[np.bool_]]]:
        asked, assortment = self.asked, self.asked.assortment
        yield "it is out of stock, retired or not in the catalogue", ~assortment.sellable(rows)
        if asked.narrowing.region:
            yield f"it is not available in the region {asked.narrowing.region!r}", ~asked.narrowing.available(rows)
        for why, hidden in self.hidden:
            yield why, among(rows, hidden)
        if len(self.just_bought):
            yield "it was just bought", among(rows, self.just_bought)
        filters, history = asked.place.filters, asked.visitor.history
        if filters.bought:
            yield "it was bought before", history.has(rows)
        yield from self._by_texts(rows, history.has(rows) if filters.bought_once else None)
        for why, excludes in self.excluding:
            removed = np.ones(len(rows), dtype=np.bool_)
            for place in np.flatnonzero(kept).tolist():
                if asked.narrowing.late():
                    asked.narrowing.exhausted = True
                    break
                removed[place] = excludes(assortment.product(int(rows[place])))
            yield why, removed
        for why, condition in asked.narrowing.conditions:
            yield why, ~asked.narrowing.allows(condition, rows, kept)

    def _by_texts(self, rows: Rows, bought: NDArray[np.bool_] | None) -> Iterator[tuple[str, NDArray[np.bool_]]]:
        assortment, catalogue = self.asked.assortment, self.asked.assortment.catalogue
        if bought is not None:
            codes = [catalogue.categories.find(text) for text in sorted(self.asked.place.filters.bought_once)]
            once = np.isin(assortment.codes(catalogue.category, rows), [code for code in codes if code])
            yield "it is of a kind bought once and was bought before", bought & once
        for why, column, alike in self._disliked:
            yield why, np.isin(assortment.codes(column, rows), alike)

    @cached_property
    def _disliked(self) -> list[tuple[str, NDArray[np.int32], list[int]]]:
        """Why something is disliked by its text, a column of the catalogue, and which codes of it are: once a list."""
        catalogue, visitor = self.asked.assortment.catalogue, self.asked.visitor
        brand, category = "its brand is disliked", "its category is disliked"
        looked_up = [
            (brand, catalogue.brand, catalogue.brands.alike(visitor.disliked_brands)),
            (category, catalogue.department, catalogue.departments.alike(visitor.disliked_categories)),
            (category, catalogue.category, catalogue.categories.alike(visitor.disliked_categories)),
            (category, catalogue.subcategory, catalogue.subcategories.alike(visitor.disliked_categories)),
        ]
        return [(why, column, codes) for why, column, codes in looked_up if codes]


def sieve_for(
    asked: Asked,
    *,
    now: Instant,
    exclude: tuple[str, ...],
    shown: Rows,
) -> Sieve:
    """The checks of a list.

    exclude: product ids the request names. shown: rows that an earlier placement of the same call shows.
    """
    assortment, visitor = asked.assortment, asked.visitor
    hidden = [
        ("it is the product of the page", np.array([asked.page], dtype=np.int64)),
        ("it lies in the cart", visitor.cart),
        ("it is shown in an earlier placement of this call", shown),
        ("the request excludes it", assortment.rows(exclude)),
        ("it is disliked", assortment.rows(sorted(visitor.disliked_products))),
        ("it was dismissed in this session", visitor.dismissed),
    ]
    rules = [rule for rule in asked.place.rules if rule.action is Action.EXCLUDE and rule.active(now)]
    return Sieve(
        asked=asked,
        hidden=tuple((why, rows) for why, rows in hidden if len(rows) and rows[0] >= 0),
        just_bought=_just_bought(asked, now),
        excluding=tuple((f"the rule {rule.name!r} excludes it", rule.selects) for rule in rules),
    )


def _just_bought(asked: Asked, now: Instant) -> Rows:
    days, profile = asked.place.filters.just_bought_days, asked.visitor.profile
    if profile is None or not days or (profile.last_seen is not None and profile.last_seen <= now - days * DAY):
        return np.empty(0, dtype=np.int64)
    return asked.assortment.rows(product for product, at in profile.bought.value.items() if at > now - days * DAY)
