"""History: what a customer did over all the time known, as columns a list can be computed from."""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from embeddings.ranking import Habits
from graph import Instant, InteractionKind, Profile, day_of
from graph.profile.day_counts import NO_DAYS, DayCounts
from recommend.assortment import Assortment, Rows

__all__ = ["NO_HISTORY", "History", "Rhythm", "history_of"]

KIND_CODES = {kind: code for code, kind in enumerate(InteractionKind)}


class Columns(NamedTuple):
    """What was done of one kind, an entry a product and day."""

    rows: Rows
    days: NDArray[np.int64]
    times: NDArray[np.int64]


_NOTHING = np.empty(0, dtype=np.int64)


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
    purchases: what all but the vector is made of. summed: [dim], what they add to the vector; None where nothing was
    bought.
    """

    bought: Rows
    times: NDArray[np.int64]
    last_day: NDArray[np.int64]
    strength: NDArray[np.float32]
    best: NDArray[np.int64]
    vector: NDArray[np.float32] | None = None
    habits: Habits | None = None
    purchases: DayCounts | None = None
    summed: NDArray[np.float32] | None = None

    def has(self, rows: Rows) -> NDArray[np.bool_]:  # [len(rows)]
        """Which of these rows were ever bought."""
        return self.places(rows)[1]

    def strengths(self, rows: Rows) -> NDArray[np.float32]:  # [len(rows)]
        """The strength of each row, 0 where it was never bought."""
        if not len(self.bought):
            return np.zeros(len(rows), dtype=np.float32)
        places, known = self.places(rows)
        return np.where(known, self.strength[places], np.float32(0))

    def places(self, rows: Rows) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:  # [len(rows)] both
        """(where each row stands among those bought, whether it does)."""
        if not len(self.bought):
            return np.zeros(len(rows), dtype=np.int64), np.zeros(len(rows), dtype=np.bool_)
        places = np.minimum(self.bought.searchsorted(rows), len(self.bought) - 1)
        return places, self.bought.take(places) == rows


NO_HISTORY = History(_NOTHING, _NOTHING, _NOTHING, np.empty(0, dtype=np.float32), _NOTHING)


def history_of(
    profile: Profile, assortment: Assortment, as_of: Instant, rhythm: Rhythm, before: History = NO_HISTORY
) -> History:
    """The columns of a profile, its ages counted from `as_of`; rows later than that have age 0.

    before: what it was with fewer events, over the same rows and as of the same instant: it stays so far as nothing was
    bought since.
    """
    today = day_of(as_of)
    purchases = profile.days.get(InteractionKind.PURCHASED, NO_DAYS)
    learnt_until = today if profile.customer in assortment.snapshot.customer_rows else None
    history = before if before.purchases is purchases else _bought(purchases, assortment, today, rhythm, learnt_until)
    summed = history.summed
    for kind, counts in profile.days.items():
        if counts is not purchases:
            added = _summed(kind, _columns(counts, assortment), assortment, today)
            summed = added if summed is None else summed if added is None else summed + added
    vector = None if summed is None else assortment.snapshot.set.customer_of(summed, profile.known_traits())
    return replace(history, vector=vector)


def _bought(
    purchases: DayCounts, assortment: Assortment, today: int, rhythm: Rhythm, learnt_until: int | None
) -> History:
    """What was bought, without a vector yet. learnt_until: up to which day the published version learnt from it."""
    if not len(purchases):
        return replace(NO_HISTORY, purchases=purchases)
    columns = _columns(purchases, assortment)
    if not len(columns.rows):
        return replace(NO_HISTORY, purchases=purchases)
    order = columns.rows.argsort(kind="stable")  # the days of each product rise already
    rows, days, times = (column.take(order) for column in columns)
    opens = np.ones(len(rows), dtype=np.bool_)
    np.not_equal(rows[1:], rows[:-1], out=opens[1:])
    starts = opens.nonzero()[0]  # [num_bought], where each product begins
    ends = np.append(starts[1:], len(rows)) - 1
    bought, every, last = rows[starts], np.add.reduceat(times, starts), days[ends]
    ranking, habits = assortment.snapshot.ranking, None
    if ranking is None:
        ages = np.maximum(today - days, 0)
        strength = _faded(days, times, ages, starts, rhythm) * assortment.habit[bought] ** rhythm.habit_power
    else:
        habits = ranking.habits(rows, days, times, today, learnt_until=learnt_until)
        strength = ranking.again_probabilities(habits)
    best = np.argsort(-strength, kind="stable")
    summed = _summed(InteractionKind.PURCHASED, columns, assortment, today)
    return History(bought, every, last, strength.astype(np.float32), best, None, habits, purchases, summed)


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


def _columns(counts: DayCounts, assortment: Assortment) -> Columns:
    """What was done of one kind with known products."""
    sizes, days, times = counts.columns()
    rows = np.repeat(assortment.places(counts.packed), sizes)
    known = rows >= 0
    return Columns(rows, days, times) if known.all() else Columns(rows[known], days[known], times[known])


def _summed(
    kind: InteractionKind, columns: Columns, assortment: Assortment, today: int
) -> NDArray[np.float32] | None:  # [dim]
    """What all that was done of one kind adds to the customer's vector, as the set's customer function has it; None
    where nothing was done. A product that came after the training counts by what describes it."""
    rows, days, times = columns
    if not len(rows):
        return None
    kinds = np.full(len(rows), KIND_CODES[kind], dtype=np.int8)
    ages = np.maximum(today - days, 0).astype(np.float32)
    weights = assortment.snapshot.set.interaction_weights(kinds, ages, times.astype(np.float32))
    return assortment.summed(rows, weights)
