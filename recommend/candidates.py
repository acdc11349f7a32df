"""Candidates: what the sources found, joined by product."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from recommend.asked import Asked
from recommend.assortment import Rows
from recommend.placements import SourceName

__all__ = ["CHEAP", "Candidates", "Found", "Source", "gather", "summed"]


class Found(NamedTuple):
    """Rows of the assortment, each once, with scores of 0 or more."""

    rows: Rows  # [n]
    scores: NDArray[np.float32]  # [n]


Source = Callable[[Asked, int], Found]
"""Up to so many candidates for what is asked, best first."""

CHEAP = (SourceName.POPULAR, SourceName.SAME_CONTENT, SourceName.BUY_AGAIN)
"""The sources still asked once the deadline has passed: those that cost next to nothing."""

NONE = Found(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32))


@dataclass(frozen=True)
class Candidates:
    """rows: ascending, each once. scores: 0 where a source did not find the row. sources: what the columns are. counts:
    how many rows each source found."""

    rows: Rows  # [n]
    scores: NDArray[np.float32]  # [n, num_sources]
    sources: tuple[SourceName, ...]
    counts: tuple[int, ...] = ()

    def __len__(self) -> int:
        return len(self.rows)

    def found_by(self, source: SourceName) -> NDArray[np.float32] | None:  # [n]
        """What a source says of each row; None where the placement does not ask it."""
        return self.scores[:, self.sources.index(source)] if source in self.sources else None

    def only(self, kept: NDArray[np.bool_]) -> "Candidates":
        """Those rows where `kept` is True."""
        return self if kept.all() else Candidates(self.rows[kept], self.scores[kept], self.sources)

    def joined(self, rows: Rows) -> "Candidates":
        """With these rows too, which no source found."""
        rows = np.setdiff1d(rows, self.rows) if len(rows) else rows
        if not len(rows):
            return self
        scores = np.zeros((len(rows), len(self.sources)), dtype=np.float32)
        order = np.argsort(np.concatenate([self.rows, rows]))
        return Candidates(
            np.concatenate([self.rows, rows])[order], np.concatenate([self.scores, scores])[order], self.sources
        )


def gather(asked: Asked, sources: Mapping[SourceName, Source], late: Callable[[], bool] = lambda: False) -> Candidates:
    """Ask each source of the placement and join what they found; once it is late only the cheap ones."""
    asking: list[SourceName] = []
    found: list[Found] = []
    for name, limit in asked.place.sources.items():
        if not found or name in CHEAP or not late():
            asking.append(name)
            found.append(sources[name](asked, limit))
    rows = np.concatenate([part.rows for part in found])
    order, opens = _grouped(rows)
    places = np.empty(len(rows), dtype=np.int64)  # which candidate each found row is
    places[order] = opens.cumsum() - 1
    candidates = rows.take(order[opens])
    scores = np.zeros((len(candidates), len(asking)), dtype=np.float32)
    start = 0
    for column, part in enumerate(found):
        scores[places[start : start + len(part.rows)], column] = part.scores
        start += len(part.rows)
    return Candidates(candidates, scores, tuple(asking), tuple(len(part.rows) for part in found))


def summed(rows: NDArray[np.int32], scores: NDArray[np.float32], limit: int) -> Found:
    """Each row once with the sum of its scores: the `limit` greatest, ties by row."""
    if not len(rows):
        return NONE
    order, opens = _grouped(rows)
    starts = opens.nonzero()[0]
    total = np.add.reduceat(scores.take(order), starts)
    best = np.argsort(-total, kind="stable")[:limit]
    return Found(rows.take(order.take(starts.take(best))).astype(np.int64), total.take(best))


def _grouped(rows: NDArray[np.integer]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """(the order in which equal rows stand together, where in it another row begins)."""
    order = rows.argsort()
    ordered = rows.take(order)
    opens = np.ones(len(rows), dtype=np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=opens[1:])
    return order, opens
