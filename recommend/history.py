"""History: what a customer did over all the time known, as columns a list can be computed from."""

from dataclasses import dataclass, replace
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from embeddings.ranking import Habits
from graph import Instant, InteractionKind, Profile, day_of
from recommend.assortment import Assortment, Rows

__all__ = ["NO_HISTORY", "History", "Rhythm", "history_of"]

KIND_CODES = {kind: code for code, kind in enumerate(InteractionKind)}


@dataclass(frozen=True)
class Rhythm:
    """How what was bought fades and comes round again where no ranking was learnt: constants of a
    validation month.

    A product bought on some days counts Σ √times · (2^(-age / short) + 2^(-age / long)), ages in days: what is used now
    and what always was. Where there are two days or more, the mean gap between them says when it is due: one left
    alone for `overdue` gaps counts less and less, by (overdue · gap / age)^faded, no gap being taken for shorter than
    `shortest_gap`. All of it counts habit^habit_power, the times that those who buy the product come back to it.
    """

    short: float = 30.0
    long: float = 300.0
    overdue: float = 1.5
    faded: float = 0.4
    shortest_gap: float = 7.0
    habit_power: float = 0.5


@dataclass(frozen=True)
class History:
    """Long-term knowledge of one customer; every array but the vector has one entry a product bought.

    bought: rows, ascending. times: purchases (events or order lines). last_day: local day of the newest.
    strength: how likely each is bought within a month, or, where no ranking was learnt, the decayed count of `Rhythm`.
    best: places by strength, the greatest first. vector: [dim], unit length or zeros.
    habits: what the ranking of new products reads; None where there is no ranking or nothing was bought.
    """

    bought: Rows
    times: NDArray[np.int64]
    last_day: NDArray[np.int64]
    strength: NDArray[np.float32]
    best: NDArray[np.int64]
    vector: NDArray[np.float32] | None
    habits: Habits | None = None

    def place(self, row: int) -> int:
        """Where a row stands among those bought, -1 where it was not."""
        place = int(np.searchsorted(self.bought, row))
        return place if place < len(self.bought) and self.bought[place] == row else -1

    def has(self, rows: Rows) -> NDArray[np.bool_]:  # [len(rows)]
        """Which of these rows were ever bought."""
        return self._places(rows)[1]

    def strengths(self, rows: Rows) -> NDArray[np.float32]:  # [len(rows)]
        """The strength of each row, 0 where it was never bought."""
        if not len(self.bought):
            return np.zeros(len(rows), dtype=np.float32)
        places, known = self._places(rows)
        return np.where(known, self.strength[places], np.float32(0))

    def _places(self, rows: Rows) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        if not len(self.bought):
            return np.zeros(len(rows), dtype=np.int64), np.zeros(len(rows), dtype=np.bool_)
        places = np.minimum(np.searchsorted(self.bought, rows), len(self.bought) - 1)
        return places, self.bought[places] == rows


_NOTHING = np.empty(0, dtype=np.int64)
NO_HISTORY = History(_NOTHING, _NOTHING, _NOTHING, np.empty(0, dtype=np.float32), _NOTHING, None)


def history_of(profile: Profile, assortment: Assortment, as_of: Instant, rhythm: Rhythm) -> History:
    """The columns of a profile, its ages counted from `as_of`; rows later than that have age 0."""
    rows, kinds, days, times = _columns(profile, assortment)
    if not len(rows):
        return NO_HISTORY
    ages = np.maximum(day_of(as_of) - days, 0)
    with_vector = np.where(rows < assortment.num_vectors, rows, -1).astype(np.int32)
    vector = assortment.snapshot.set.customer_vector(
        with_vector, kinds, ages.astype(np.float32), times.astype(np.float32), profile.known_traits()
    )
    purchases = kinds == KIND_CODES[InteractionKind.PURCHASED]
    rows, days, times, ages = rows[purchases], days[purchases], times[purchases], ages[purchases]
    if not len(rows):
        return replace(NO_HISTORY, vector=vector)
    order = np.lexsort((days, rows))
    rows, days, times, ages = rows[order], days[order], times[order], ages[order]
    starts = np.flatnonzero(np.r_[True, rows[1:] != rows[:-1]])  # [num_bought], where each product begins
    ends = np.r_[starts[1:], len(rows)] - 1
    bought, every, last = rows[starts], np.add.reduceat(times, starts), days[ends]
    ranking, habits = assortment.snapshot.ranking, None
    if ranking is None:
        strength = _faded(days, times, ages, starts, rhythm) * assortment.habit[bought] ** rhythm.habit_power
    else:
        habits = ranking.habits(rows, days, times, day_of(as_of))
        strength = ranking.again_probabilities(habits)
    best = np.argsort(-strength, kind="stable")
    return History(bought, every, last, strength.astype(np.float32), best, vector, habits)


def _faded(
    days: NDArray[np.int64],  # [n], those of one product after the other, rising
    times: NDArray[np.int64],
    ages: NDArray[np.int64],
    starts: NDArray[np.int64],  # [num_bought]
    rhythm: Rhythm,
) -> NDArray[np.float64]:  # [num_bought]
    """The decayed count of each product, less where it is long overdue."""
    faded = np.sqrt(times) * (np.exp2(-ages / rhythm.short) + np.exp2(-ages / rhythm.long))
    strength = np.add.reduceat(faded, starts)
    ends = np.r_[starts[1:], len(days)] - 1
    gap = np.maximum((days[ends] - days[starts]) / np.maximum(ends - starts, 1), rhythm.shortest_gap)
    age = ages[ends]
    late = (ends > starts) & (age > rhythm.overdue * gap)
    faded_out = np.where(late, (rhythm.overdue * gap / np.maximum(age, 1)) ** rhythm.faded, 1.0)
    return np.asarray(strength * faded_out)


def _columns(
    profile: Profile, assortment: Assortment
) -> tuple[Rows, NDArray[np.int8], NDArray[np.int64], NDArray[np.int64]]:  # each [num_history]
    parts = []
    for kind, products in profile.days.items():
        counts = products.values()
        found = assortment.places(products)  # [num_products]
        rows = np.repeat(found, np.fromiter(map(len, counts), dtype=np.int64, count=len(products)))
        days = np.fromiter(chain.from_iterable(counts), dtype=np.int64, count=len(rows))
        times = np.fromiter(chain.from_iterable(map(dict.values, counts)), dtype=np.int64, count=len(rows))
        kinds = np.full(len(rows), KIND_CODES[kind], dtype=np.int8)
        known = rows >= 0
        parts.append(
            (rows, kinds, days, times) if known.all() else (rows[known], kinds[known], days[known], times[known])
        )
    if len(parts) == 1:
        return parts[0]
    if not parts:
        return _NOTHING, np.empty(0, dtype=np.int8), _NOTHING, _NOTHING
    rows, kinds, days, times = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    return rows, kinds, days, times
