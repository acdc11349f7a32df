"""Scoring: what each candidate is worth to this customer at this placement."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from graph import Instant
from recommend.asked import Asked
from recommend.assortment import Rows
from recommend.candidates import Candidates
from recommend.placements import Signal, SourceName
from recommend.wanted import wanted

__all__ = ["Scored", "leading", "score"]

LIKENESS = 0.05
"""What the nearest product counts beside the one bought most, in `likely` where no ranking was learnt."""

SIGNALS = tuple(Signal)
NAMES = tuple(signal.value for signal in SIGNALS)

TIES = 128
"""How many of the best are put in the order of their ids where their scores are equal"""


class Scored(NamedTuple):
    """Candidates, best first, ties by id.

    parts: [n, num_signals] what each signal adds, in the order of `Signal`; scores are their sums.
    """

    rows: Rows  # [n]
    scores: NDArray[np.float64]  # [n]
    parts: NDArray[np.float32]

    def source(self, place: int) -> str:
        """The signal that adds most to a candidate."""
        return leading(self.parts[place].tolist())


def leading(parts: Sequence[float]) -> str:  # [num_signals]
    """The signal that adds most, the first of several that do."""
    return NAMES[parts.index(max(parts))]


def score(asked: Asked, candidates: Candidates, now: Instant) -> Scored:
    """The weighted sum of the placement's signals, each scaled to at most 1 over the candidates, times the factors of
    the rules that hold now; where the session's part is learnt, it and `likely` are those of `wanted`."""
    rows = candidates.rows
    parts = np.zeros((len(rows), len(SIGNALS)), dtype=np.float32)
    if not len(rows):
        return Scored(rows, np.zeros(0), parts)
    signals = _Signals(asked, candidates)
    weights = asked.place.weights
    learnt = wanted(asked, rows, signals.likely) if asked.place.learnt_session else None
    for column, signal in enumerate(SIGNALS):
        weight = weights.get(signal, 0.0)
        if learnt is not None:
            if signal in learnt:
                parts[:, column] = learnt[signal] * np.float32(weights[Signal.LIKELY])
            if signal in (Signal.LIKELY, Signal.SESSION):
                continue
        values = signals.values(signal) if weight else None
        if values is not None and (greatest := float(values.max())) > 0:
            parts[:, column] += np.maximum(values, 0.0) * np.float32(weight / greatest)
    for rule in asked.place.rules:
        if rule.factor is not None and rule.active(now):
            chosen = [rule.selects(asked.assortment.product(row)) for row in rows.tolist()]
            parts[chosen] *= np.float32(rule.factor)
    total = parts.sum(axis=1, dtype=np.float64)
    order = _ties_by_id(np.argsort(-total, kind="stable"), total, rows, asked.assortment.ids)
    return Scored(rows[order], total[order], parts[order])


@dataclass(frozen=True)
class _Signals:
    """What the signals say of the candidates of one list."""

    asked: Asked
    candidates: Candidates

    def values(self, signal: Signal) -> NDArray[np.float32] | None:  # [n]
        """What one says of each, on a scale of its own; None where it has nothing to go by."""
        history, rows = self.asked.visitor.history, self.candidates.rows
        match signal:
            case Signal.LIKELY:
                return self.likely
            case Signal.LONG_TERM:
                return None if history.vector is None else self._vectors @ history.vector
            case Signal.SESSION:
                return None if self.asked.session is None else self._vectors @ self.asked.session
            case Signal.BUY_AGAIN:
                return history.strengths(rows)
            case Signal.POPULAR:
                return np.sqrt(self.asked.assortment.popularity.take(rows))
        return self.candidates.found_by(SourceName(signal.value))

    @cached_property
    def likely(self) -> NDArray[np.float32] | None:  # [n]
        """How likely each row is bought within a month. Where no ranking was learnt: the strength of what was bought
        and, for much less, the inner product with all that was done, each at most 1. None for one without history."""
        history, ranking, rows = self.asked.visitor.history, self.asked.snapshot.ranking, self.candidates.rows
        if history.vector is None:
            return None
        values = history.strengths(rows)
        if ranking is None:
            scores = self._vectors @ history.vector
            for part in (values, scores):
                if (greatest := float(part.max())) > 0:
                    part /= np.float32(greatest)
            return np.asarray(values + LIKENESS * np.maximum(scores, 0.0), dtype=np.float32)
        if history.habits is not None:
            new = ((values <= 0) & self.asked.assortment.search.index.placed(rows)).nonzero()[0]
            values[new] = ranking.next_probabilities(history.habits, rows.take(new))
        return values

    @cached_property
    def _vectors(self) -> NDArray[np.float32]:  # [n, dim]
        return self.asked.assortment.vectors_of(self.candidates.rows)


def _ties_by_id(
    order: NDArray[np.int64], total: NDArray[np.float64], rows: Rows, ids: Sequence[str]
) -> NDArray[np.int64]:  # [n]
    head = order[:TIES]
    if not (total[head[1:]] == total[head[:-1]]).any():
        return order
    settled = sorted(head.tolist(), key=lambda place: (-total[place], ids[int(rows[place])]))
    return np.concatenate([np.array(settled, dtype=np.int64), order[TIES:]])
