"""Reasons: paths through the graph that lead from the asker to an item, with counts that are true of the data."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from graph import Instant, day_of, day_start
from recommend.answers import Reason
from recommend.asked import Asked
from recommend.placements import Rule, Signal

__all__ = ["Explainer"]

SIGNALS = tuple(Signal)
MAX_REASONS = 2
CLOSE = 0.65
"""The least cosine at which a product is said to be close to another: of the retailer's well-known products, 1 pair in
20 drawn at random is that near, and each product has some 50 that are."""


class Bond(NamedTuple):
    """How many customers took an item with or soon after another product, and how the asker came by that one."""

    other: int
    customers: int
    how: str


@dataclass(frozen=True)
class Explainer:
    """Explains the items of one list. rows: the items. customers: what many customers are called."""

    asked: Asked
    rows: tuple[int, ...]
    customers: str
    now: Instant

    def reasons(self, row: int, parts: NDArray[np.float32], rule: Rule | None) -> tuple[Reason, ...]:
        """Up to two reasons, those of the signals that add most first; a rule that pinned it comes before them."""
        found = [] if rule is None else [Reason("rule", f"placed here by the rule {rule.name!r}", (_node(self, row),))]
        by_weight = sorted(zip(parts.tolist(), SIGNALS, strict=True), key=lambda part: -part[0])
        for part, signal in by_weight:
            if part <= 0 or len(found) == MAX_REASONS:
                break
            self._add(found, self._by_signal(signal, row))
        for explain in (self._similar_customers, self._bought_together, self._popular, self._same_content):
            if len(found) == MAX_REASONS:
                break
            self._add(found, explain(row))
        return tuple(found)

    def _add(self, found: list[Reason], reason: Reason | None) -> None:
        if reason is not None and all(held.kind != reason.kind for held in found):
            found.append(reason)

    def _by_signal(self, signal: Signal, row: int) -> Reason | None:
        match signal:
            case Signal.BUY_AGAIN:
                return self._buy_again(row)
            case Signal.LIKELY:
                return self._buy_again(row) or self._similar_customers(row)
            case Signal.SESSION:
                return self._session(row)
            case Signal.SIMILAR_CUSTOMERS | Signal.LONG_TERM:
                return self._similar_customers(row)
            case Signal.BOUGHT_TOGETHER:
                return self._bought_together(row)
            case Signal.POPULAR:
                return self._popular(row)
            case Signal.SAME_CONTENT:
                return self._same_content(row)

    def _buy_again(self, row: int) -> Reason | None:
        history = self.asked.visitor.history
        place = history.place(row)
        if place < 0:
            return None
        times, day = int(history.times[place]), int(history.last_day[place])
        text = f"you bought it {_times(times)}, {'last ' if times > 1 else ''}on {_date(day, self.now)}"
        return Reason("buy_again", text, (self._asker, f"bought {_times(times)}", _node(self, row)))

    def _session(self, row: int) -> Reason | None:
        placed = self._anchor_rows
        if not len(placed):
            return None
        cosines = self._anchor_vectors @ _unit(self.asked.assortment.vector(row))
        cosines[placed == row] = -1.0
        best = int(cosines.argmax())
        if cosines[best] < CLOSE:
            return None
        anchor = next(anchor for anchor in self.asked.anchors if anchor.row == placed[best])
        text = f"close to {self._name(anchor.row)}, {anchor.how}"
        return Reason("session", text, (self._asker, _node(self, anchor.row), _node(self, row)))

    def _similar_customers(self, row: int) -> Reason | None:
        count = self._takers.get(row, 0)
        if count < 2:
            return None
        text = f"{count} of the {len(self.asked.similar.rows)} {self.customers} most like you bought it"
        return Reason("similar_customers", text, (self._asker, f"{count} similar {self.customers}", _node(self, row)))

    def _bought_together(self, row: int) -> Reason | None:
        bond = self._bonds.get(row)
        if bond is None:
            return None
        text = f"{bond.customers} {self.customers} took it with or soon after {self._name(bond.other)}, {bond.how}"
        path = (self._asker, _node(self, bond.other), f"{bond.customers} {self.customers}", _node(self, row))
        return Reason("bought_together", text, path)

    def _popular(self, row: int) -> Reason | None:
        count = int(self.asked.assortment.customers[row])
        if count < 2:
            return None
        return Reason("popular", f"{count} {self.customers} bought it", (f"{count} {self.customers}", _node(self, row)))

    def _same_content(self, row: int) -> Reason | None:
        product = self.asked.assortment.product(row)
        for anchor in self.asked.anchors:
            other = self.asked.assortment.product(anchor.row)
            for what in ("subcategory", "category"):
                text = getattr(product, what)
                if text and text == getattr(other, what) and anchor.row != row:
                    path = (self._asker, _node(self, anchor.row), f"{what}:{text}", _node(self, row))
                    return Reason("same_content", f"{text}, like {self._name(anchor.row)}, {anchor.how}", path)
        return None

    @cached_property
    def _takers(self) -> dict[int, int]:
        """Item row → how many of the similar customers ever bought it."""
        purchases, similar = self.asked.snapshot.purchases, self.asked.similar.rows.tolist()
        if not similar:
            return {}
        bought = np.concatenate([purchases.columns[purchases.offsets[c] : purchases.offsets[c + 1]] for c in similar])
        counts = np.bincount(self._marked(bought), minlength=len(self.rows) + 1)
        return dict(zip(self.rows, counts[1:].tolist(), strict=True))

    @cached_property
    def _bonds(self) -> dict[int, Bond]:
        """Item row → the strongest reason to take it with something: of the session first, then of the history."""
        bonds, num_vectors = self.asked.snapshot.bought_together, self.asked.assortment.num_vectors
        starts = [(other, how) for other, how in self._starts() if other < num_vectors]
        if not starts:
            return {}
        parts = [bonds.of(other) for other, _ in starts]
        beside = np.concatenate([columns for columns, _, _ in parts])
        counts = np.concatenate([counts for _, counts, _ in parts])
        ends = list(accumulate(len(columns) for columns, _, _ in parts))
        found: dict[int, Bond] = {}
        for place in self._marked(beside).nonzero()[0].tolist():
            other, how = starts[bisect_right(ends, place)]
            found.setdefault(int(beside[place]), Bond(other, int(counts[place]), how))
        return found

    def _starts(self) -> Iterator[tuple[int, str]]:
        for anchor in self.asked.anchors:
            yield anchor.row, anchor.how
        history = self.asked.visitor.history
        for row in self.asked.history_anchors[0].tolist():
            yield row, f"which you bought {_times(int(history.times[history.place(row)]))}"

    def _marked(self, rows: NDArray[np.int32]) -> NDArray[np.int16]:  # [len(rows)]
        """Which item each row is, from 1 in the order of `self.rows`, 0 for all others."""
        marks, items = self.asked.assortment.marks, list(self.rows)
        marks[items] = np.arange(1, len(items) + 1)
        found: NDArray[np.int16] = marks[rows]
        marks[items] = 0
        return found

    @cached_property
    def _anchor_rows(self) -> NDArray[np.int64]:  # [num_anchors]
        return np.array([anchor.row for anchor in self.asked.anchors], dtype=np.int64)

    @cached_property
    def _anchor_vectors(self) -> NDArray[np.float32]:  # [num_anchors, dim], zeros for those without a vector
        vectors = self.asked.assortment.vectors_of(self._anchor_rows)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.asarray(vectors / np.maximum(lengths, 1e-12), dtype=np.float32)

    @property
    def _asker(self) -> str:
        return self.asked.visitor.customer or "visitor"

    def _name(self, row: int) -> str:
        product = self.asked.assortment.product(row)
        return product.name or product.id


def _node(explainer: Explainer, row: int) -> str:
    return f"product:{explainer.asked.assortment.ids[row]}"


def _unit(vector: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(vector / max(float(np.sqrt(vector @ vector)), 1e-12), dtype=np.float32)


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def _date(day: int, now: Instant) -> str:
    date, today = day_start(day), day_start(day_of(now))
    return f"{date.day} {date:%B}" if date.year == today.year else f"{date.day} {date:%B} {date.year}"
