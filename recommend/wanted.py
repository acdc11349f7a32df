"""Wanted: how likely each candidate is wanted now: what it was before the session, and what the session adds."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from embeddings.intent import Session, to_a_stranger
from graph import InteractionKind
from recommend.asked import Asked
from recommend.assortment import Rows
from recommend.placements import Signal

__all__ = ["session_of", "wanted"]

KIND_CODES = {kind: code for code, kind in enumerate(InteractionKind)}


def session_of(asked: Asked) -> Session | None:
    """What session, cart and page say is wanted; None where they say nothing or nobody learnt to read it."""
    intent = asked.snapshot.intent
    if intent is None or not asked.anchors or not asked.place.learnt_session:
        return None
    meant = intent.meant[[KIND_CODES[anchor.kind] for anchor in asked.anchors]]
    return Session(np.array([anchor.row for anchor in asked.anchors], dtype=np.int64), meant)


def wanted(
    asked: Asked, rows: Rows, likely: NDArray[np.float32] | None
) -> Mapping[Signal, NDArray[np.float32]] | None:  # each [n]
    """What was known before and what the session adds, as shares of the greatest sum; what it takes away is taken from
    what was known.

    likely: what `Signal.LIKELY` says of the rows; who never bought anything starts from what is popular instead.
    None where there is no session that a learnt intent can read.
    """
    session, ranking, intent = session_of(asked), asked.snapshot.ranking, asked.snapshot.intent
    if session is None or ranking is None or intent is None:
        return None
    stranger = asked.visitor.history.habits is None
    if stranger or likely is None:
        before, had = to_a_stranger(ranking.facts, rows), np.zeros(len(rows), dtype=np.bool_)
    else:
        before, had = likely, asked.visitor.history.has(rows)
    now = intent.likely(session, rows, before, had, ranking.facts, stranger)
    greatest = np.float32(max(float(now.max(initial=0.0)), 1e-9))
    known = np.minimum(before, now)
    return {Signal.POPULAR if stranger else Signal.LIKELY: known / greatest, Signal.SESSION: (now - known) / greatest}
