"""Reasons: paths through the graph that lead from the asker to an item, with counts that are true of the data."""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import accumulate, chain
from operator import itemgetter
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from graph import Instant, day_of, day_start
from recommend.answers import Reason
from recommend.asked import HISTORY_ANCHORS, Asked
from recommend.placements import Rule, Signal

__all__ = ["Explainer"]

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

    def reasons(self, row: int, parts: Sequence[float], rule: Rule | None) -> tuple[Reason, ...]:
        """Up to two reasons, those of the signals that add most first; a rule that pinned it comes before them.

        parts: [num_signals] what each signal adds, in the order of `Signal`.
        """
        found: dict[str, Reason] = {}  # by kind
        if rule is not None:
            found["rule"] = Reason("rule", f"placed here by the rule {rule.name!r}", (self._node(row),))
        adding = [(parts[column], explain) for column, explain in self._signals if parts[column] > 0]
        adding.sort(key=itemgetter(0), reverse=True)
        for explain in chain(map(itemgetter(1), adding), WHATEVER_ADDS):
            reason = explain(self, row)
            if reason is not None:
                found.setdefault(reason.kind, reason)
                if len(found) == MAX_REASONS:
                    break
        return tuple(found.values())

    @cached_property
    def _signals(self) -> list[tuple[int, "Explain"]]:
        """(column, what explains an item by it) of the signals that this placement weighs."""
        weights = self.asked.place.weights
        return [(column, EXPLAINED[signal]) for column, signal in enumerate(Signal) if weights.get(signal)]

    def _likely(self, row: int) -> Reason | None:
        return self._buy_again(row) or self._similar_customers(row)

    def _buy_again(self, row: int) -> Reason | None:
        bought = self._bought.get(row)
        if bought is None:
            return None
        times, day = bought
        often = _times(times)
        text = f"you bought it {often}, {'last ' if times > 1 else ''}on {_date(day, day_of(self.now))}"
        return Reason("buy_again", text, (self._asker, f"bought {often}", self._node(row)))

    def _session(self, row: int) -> Reason | None:
        nearest = self._nearest.get(row)
        if nearest is None and not self.asked.place.learnt_session:
            return None
        if nearest is None:
            return self._session_neighbours(row) or self._same_content(row)
        anchor = self.asked.anchors[nearest]
        text = f"close to {self._name(anchor.row)}, {anchor.how}"
        return Reason("session", text, (self._asker, self._node(anchor.row), self._node(row)))

    def _session_neighbours(self, row: int) -> Reason | None:
        count = self._done_alike.get(row, 0)
        if self.asked.alike is None or count < 2:
            return None
        text = (
            f"{count} {self.customers} met it in the {len(self.asked.alike.sessions)} past sessions most like this one"
        )
        return Reason("session_neighbours", text, (self._asker, f"{count} {self.customers}", self._node(row)))

    def _similar_customers(self, row: int) -> Reason | None:
        count = self._takers.get(row, 0)
        if count < 2:
            return None
        text = f"{count} of the {len(self.asked.similar.rows)} {self.customers} most like you bought it"
        return Reason("similar_customers", text, (self._asker, f"{count} similar {self.customers}", self._node(row)))

    def _bought_together(self, row: int) -> Reason | None:
        bond = self._bonds.get(row)
        if bond is None:
            return None
        text = f"{bond.customers} {self.customers} took it with or soon after {self._name(bond.other)}, {bond.how}"
        path = (self._asker, self._node(bond.other), f"{bond.customers} {self.customers}", self._node(row))
        return Reason("bought_together", text, path)

    def _popular(self, row: int) -> Reason | None:
        count = int(self.asked.assortment.customers[row])
        if count < 2:
            return None
        return Reason("popular", f"{count} {self.customers} bought it", (f"{count} {self.customers}", self._node(row)))

    def _same_content(self, row: int) -> Reason | None:
        product = self.asked.assortment.product(row)
        for anchor in self.asked.anchors:
            other = self.asked.assortment.product(anchor.row)
            for what in ("subcategory", "category"):
                text = getattr(product, what)
                if text and text == getattr(other, what) and anchor.row != row:
                    path = (self._asker, self._node(anchor.row), f"{what}:{text}", self._node(row))
                    return Reason("same_content", f"{text}, like {self._name(anchor.row)}, {anchor.how}", path)
        return None

    @cached_property
    def _bought(self) -> dict[int, tuple[int, int]]:
        """Item row → how often the asker bought it, and on which day last."""
        history = self.asked.visitor.history
        places, known = history.places(np.array(self.rows, dtype=np.int64))
        rows, places = np.array(self.rows)[known].tolist(), places[known]
        times, days = history.times.take(places).tolist(), history.last_day.take(places).tolist()
        return {row: (often, day) for row, often, day in zip(rows, times, days, strict=True)}

    @cached_property
    def _takers(self) -> dict[int, int]:
        """Item row → how many of the similar customers ever bought it."""
        similar = self.asked.similar.rows
        if not len(similar):
            return {}
        marks = self._marked(np.concatenate(self.asked.snapshot.purchases.columns_of(similar)))
        counts = np.bincount(marks[marks > 0], minlength=len(self.rows) + 1)
        return dict(zip(self.rows, counts[1:].tolist(), strict=True))

    @cached_property
    def _done_alike(self) -> dict[int, int]:
        """Item row → how many customers met it in the past sessions most like this one."""
        alike, intent = self.asked.alike, self.asked.snapshot.intent
        if alike is None or intent is None:
            return {}
        rows = np.sort(np.array(self.rows, dtype=np.int64))
        return dict(zip(rows.tolist(), intent.neighbours.owners_of(alike.sessions, rows).tolist(), strict=True))

    @cached_property
    def _bonds(self) -> dict[int, Bond]:
        """Item row → the strongest reason to take it with something: of the session first, then of the history."""
        bonds, num_vectors = self.asked.snapshot.bought_together, self.asked.assortment.num_vectors
        starts = [(other, how) for other, how in self._starts() if other < num_vectors]
        if not starts:
            return {}
        parts = bonds.columns_of(np.array([other for other, _ in starts]))
        beside = np.concatenate(parts)
        ends = list(accumulate(map(len, parts)))
        found: dict[int, Bond] = {}
        for place in self._marked(beside).nonzero()[0].tolist():
            start = bisect_right(ends, place)
            other, how = starts[start]
            row = int(beside[place])
            if row not in found:
                behind = ends[start] - place  # how far before the end of its neighbours
                found[row] = Bond(other, int(bonds.counts[bonds.offsets[other + 1] - behind]), how)
        return found

    def _starts(self) -> Iterator[tuple[int, str]]:
        for anchor in self.asked.anchors:
            yield anchor.row, anchor.how
        history = self.asked.visitor.history
        best = history.best[:HISTORY_ANCHORS]
        for row, times in zip(history.bought[best].tolist(), history.times[best].tolist(), strict=True):
            yield row, f"which you bought {_times(times)}"

    def _marked(self, rows: NDArray[np.int32]) -> NDArray[np.int16]:  # [len(rows)]
        """Which item each row is, from 1 in the order of `self.rows`, 0 for all others."""
        marks, items = self.asked.assortment.marks, list(self.rows)
        marks[items] = np.arange(1, len(items) + 1)
        found: NDArray[np.int16] = marks.take(rows)
        marks[items] = 0
        return found

    @cached_property
    def _nearest(self) -> dict[int, int]:
        """Item row → the place of the anchor it is closest to, of those it is close to."""
        anchors = np.array([anchor.row for anchor in self.asked.anchors], dtype=np.int64)
        if not len(anchors):
            return {}
        rows = np.array(self.rows, dtype=np.int64)
        cosines = self._unit_vectors(rows) @ self._unit_vectors(anchors).T  # [num_items, num_anchors]
        cosines[rows[:, None] == anchors] = -1.0
        best = cosines.argmax(axis=1)
        near = cosines.max(axis=1) >= CLOSE
        return dict(zip(rows[near].tolist(), best[near].tolist(), strict=True))

    def _unit_vectors(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:  # [len(rows), dim]
        """Vectors of unit length, zeros for rows without one."""
        vectors = self.asked.assortment.vectors_of(rows)
        lengths = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
        return np.asarray(vectors / np.maximum(lengths, 1e-12)[:, None], dtype=np.float32)

    @cached_property
    def _asker(self) -> str:
        return self.asked.visitor.customer or "visitor"

    def _node(self, row: int) -> str:
        return f"product:{self.asked.assortment.ids[row]}"

    def _name(self, row: int) -> str:
        product = self.asked.assortment.product(row)
        return product.name or product.id


Explain = Callable[[Explainer, int], Reason | None]

EXPLAINED: dict[Signal, Explain] = {
    Signal.LONG_TERM: Explainer._similar_customers,
    Signal.SESSION: Explainer._session,
    Signal.SIMILAR_CUSTOMERS: Explainer._similar_customers,
    Signal.BOUGHT_TOGETHER: Explainer._bought_together,
    Signal.BUY_AGAIN: Explainer._buy_again,
    Signal.POPULAR: Explainer._popular,
    Signal.SAME_CONTENT: Explainer._same_content,
    Signal.LIKELY: Explainer._likely,
}
"""What explains an item to which a signal adds something."""

WHATEVER_ADDS: tuple[Explain, ...] = (
    Explainer._similar_customers,
    Explainer._bought_together,
    Explainer._popular,
    Explainer._same_content,
)
"""What is said where the signals do not give reasons enough."""


def _times(count: int) -> str:
    return "once" if count == 1 else "twice" if count == 2 else f"{count} times"


@lru_cache(maxsize=4096)
def _date(day: int, today_day: int) -> str:
    """A day as people say it, with its year where that is not this one's."""
    date, today = day_start(day), day_start(today_day)
    return f"{date.day} {date:%B}" if date.year == today.year else f"{date.day} {date:%B} {date.year}"
