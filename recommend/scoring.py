"""Scoring: what each candidate is worth to this customer at this placement."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from graph import Instant
from recommend.asked import Asked
from recommend.assortment import Rows
from recommend.candidates import Candidates
from recommend.placements import Signal, SourceName

__all__ = ["Scored", "score"]

LIKENESS = 0.05
"""What the nearest product counts beside the one bought most, in `likely` where no ranking was learnt."""

SIGNALS = tuple(Signal)

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
        return SIGNALS[int(self.parts[place].argmax())].value


def score(asked: Asked, candidates: Candidates, now: Instant) -> Scored:
    """The weighted sum of the placement's signals, each scaled to at most 1 over the candidates, times the factors of
    the rules that hold now."""
    rows, history = candidates.rows, asked.visitor.history
    parts = np.zeros((len(rows), len(SIGNALS)), dtype=np.float32)
    if not len(rows):
        return Scored(rows, np.zeros(0), parts)
    vectors: NDArray[np.float32] | None = None
    for column, signal in enumerate(SIGNALS):
        weight = asked.place.weights.get(signal, 0.0)
        if not weight:
            continue
        values: NDArray[np.float32] | None
        if signal in (Signal.LONG_TERM, Signal.SESSION, Signal.LIKELY):
            direction = asked.session if signal is Signal.SESSION else history.vector
            if direction is None:
                continue
            if vectors is None:
                vectors = asked.assortment.vectors_of(rows)
            values = vectors @ direction
            if signal is Signal.LIKELY:
                values = _likely(asked, rows, values)
        elif signal is Signal.BUY_AGAIN:
            values = history.strengths(rows)
        elif signal is Signal.POPULAR:
            values = np.sqrt(asked.assortment.popularity[rows])
        else:
            values = candidates.found_by(SourceName(signal.value))
        if values is not None and (greatest := float(values.max())) > 0:
            parts[:, column] = np.maximum(values, 0.0) * np.float32(weight / greatest)
    for rule in asked.place.rules:
        if rule.factor is not None and rule.active(now):
            chosen = [rule.selects(asked.assortment.product(row)) for row in rows.tolist()]
            parts[chosen] *= np.float32(rule.factor)
    total = parts.sum(axis=1, dtype=np.float64)
    order = _ties_by_id(np.argsort(-total, kind="stable"), total, rows, asked.assortment.ids)
    return Scored(rows[order], total[order], parts[order])


def _likely(asked: Asked, rows: Rows, scores: NDArray[np.float32]) -> NDArray[np.float32]:  # [n]
    """How likely each row is bought within a month. Where no ranking was learnt: the strength of what was bought and,
    for much less, the inner products `scores`, each at most 1."""
    history, ranking = asked.visitor.history, asked.snapshot.ranking
    values = history.strengths(rows)
    if ranking is None:
        for part in (values, scores):
            if (greatest := float(part.max())) > 0:
                part /= np.float32(greatest)
        return np.asarray(values + LIKENESS * np.maximum(scores, 0.0), dtype=np.float32)
    if history.habits is not None:
        new = np.flatnonzero((values <= 0) & asked.assortment.search.index.placed(rows))
        values[new] = ranking.next_probabilities(history.habits, rows[new])
    return values


def _ties_by_id(
    order: NDArray[np.int64], total: NDArray[np.float64], rows: Rows, ids: Sequence[str]
) -> NDArray[np.int64]:  # [n]
    head = order[:TIES]
    if not (total[head[1:]] == total[head[:-1]]).any():
        return order
    settled = sorted(head.tolist(), key=lambda place: (-total[place], ids[int(rows[place])]))
    return np.concatenate([np.array(settled, dtype=np.int64), order[TIES:]])
