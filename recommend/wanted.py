"""Wanted: how likely each candidate is wanted now: what it was before the session, and what the session adds."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from embeddings.intent import to_a_stranger
from recommend.asked import Asked
from recommend.assortment import Rows
from recommend.placements import Signal

__all__ = ["wanted"]


def wanted(
    asked: Asked, rows: Rows, likely: NDArray[np.float32] | None
) -> Mapping[Signal, NDArray[np.float32]] | None:  # each [n]
    """What was known before and what the session adds, as shares of the greatest sum; what it takes away is taken from
    what was known.

    likely: what `Signal.LIKELY` says of the rows; who never bought anything starts from what is popular instead.
    None where there is no session that a learnt intent can read.
    """
    session, alike, ranking, intent = asked.met, asked.alike, asked.snapshot.ranking, asked.snapshot.intent
    if session is None or alike is None or ranking is None or intent is None:
        return None
    stranger = asked.visitor.history.habits is None
    if stranger or likely is None:
        before, had = to_a_stranger(ranking.facts, rows), np.zeros(len(rows), dtype=np.bool_)
    else:
        before, had = likely, asked.visitor.history.has(rows)
    now = intent.likely(session, alike, rows, before, had, ranking.facts, stranger)
    greatest = np.float32(max(float(now.max(initial=0.0)), 1e-9))
    known = np.minimum(before, now)
    return {Signal.POPULAR if stranger else Signal.LIKELY: known / greatest, Signal.SESSION: (now - known) / greatest}
