"""Asked: one list that is wanted, with all its sources may look at."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from embeddings.intent import Session
from embeddings.nearest import Nearest
from embeddings.sessions import Shares
from embeddings.snapshot.serving_snapshot import ServingSnapshot
from graph import InteractionKind
from recommend.assortment import Assortment, Rows
from recommend.narrowing import Narrowing
from recommend.placements import Place
from recommend.visitor import Anchor, Visitor

__all__ = ["Asked", "Crowd", "asked_for", "nearest_customers"]

CROWD = 50
"""How many customers are "the customers most like you"."""

HISTORY_ANCHORS = 12

KIND_CODES = {kind: code for code, kind in enumerate(InteractionKind)}

Crowd = Callable[["Asked"], Nearest]
"""Which customers are like the one who asks: rows of the snapshot and their similarity, the asker not among them."""


@dataclass(frozen=True)
class Asked:
    """A visitor at a placement.

    page: row of the page's product, -1 where there is none.
    anchors: the page's product, the seeds, the session's and the cart's products.
    session: [dim] unit vector of the anchors, None where none of them has a vector.
    live: [dim] unit vector that is searched with, the long-term and the session's mixed; None for somebody unknown.
    narrowing: the conditions of the list, and what may be searched for.
    """

    place: Place
    visitor: Visitor
    assortment: Assortment
    page: int
    anchors: tuple[Anchor, ...]
    session: NDArray[np.float32] | None
    live: NDArray[np.float32] | None
    crowd: Crowd
    narrowing: Narrowing

    @property
    def snapshot(self) -> ServingSnapshot:
        return self.assortment.snapshot

    @cached_property
    def met(self) -> Session | None:
        """What session, cart and page say is wanted; None where they say nothing or nobody learnt to read it."""
        intent = self.snapshot.intent
        if intent is None or not self.anchors or not self.place.learnt_session:
            return None
        meant = intent.meant[[KIND_CODES[anchor.kind] for anchor in self.anchors]]
        return Session(np.array([anchor.row for anchor in self.anchors], dtype=np.int64), meant)

    @cached_property
    def alike(self) -> Shares | None:
        """What was done in the past sessions most like this one."""
        intent = self.snapshot.intent
        return None if intent is None or self.met is None else intent.alike(self.met)

    @cached_property
    def similar(self) -> Nearest:
        """The customers most like the one who asks, by the live vector."""
        return self.crowd(self)

    @cached_property
    def history_anchors(self) -> tuple[Rows, NDArray[np.float32]]:
        """The products bought most and latest, with weights that sum to 1."""
        history = self.visitor.history
        if not len(history.bought):
            return history.bought, history.strength
        best = history.best[:HISTORY_ANCHORS]
        return history.bought[best], history.strength[best] / history.strength[best].sum()


def asked_for(
    place: Place,
    visitor: Visitor,
    narrowing: Narrowing,
    product: str | None,
    seeds: tuple[str, ...],
    crowd: Crowd,
) -> Asked:
    """What is asked when `visitor` looks at `product` (if any) in `place`; unknown products are left out."""
    assortment = narrowing.assortment
    page = -1 if product is None else assortment.row(product)
    seen = InteractionKind.ADDED_TO_CART if page in visitor.cart else InteractionKind.VIEWED
    anchors = [Anchor(page, 2.0, "which you are looking at", seen)] if page >= 0 else []
    met = {page}
    for seed in seeds:
        row = assortment.row(seed)
        if row >= 0 and row not in met:
            met.add(row)
            anchors.append(Anchor(row, 1.0, "which this list starts from", InteractionKind.ADDED_TO_CART))
    anchors += [anchor for anchor in visitor.anchors if anchor.row not in met]
    session = _session_vector(anchors, assortment)
    return Asked(
        place, visitor, assortment, page, tuple(anchors), session, _live(place, visitor, session), crowd, narrowing
    )


def nearest_customers(asked: Asked) -> Nearest:
    """The customers nearest to the live vector."""
    if asked.live is None:
        return Nearest(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32))
    found = asked.snapshot.customer_index.search(asked.live, CROWD + 1)
    others = (found.rows != asked.visitor.customer_row) & (found.scores > 0)
    return Nearest(found.rows[others][:CROWD], found.scores[others][:CROWD])


def _session_vector(anchors: list[Anchor], assortment: Assortment) -> NDArray[np.float32] | None:  # [dim]
    if not anchors:
        return None
    rows = np.array([anchor.row for anchor in anchors])
    return _unit(assortment.summed(rows, np.array([anchor.weight for anchor in anchors], dtype=np.float32)))


def _live(place: Place, visitor: Visitor, session: NDArray[np.float32] | None) -> NDArray[np.float32] | None:
    long_term = visitor.history.vector
    if session is None or long_term is None:
        return session if long_term is None else _unit(long_term)
    return _unit(place.live.long_term * long_term + place.live.session * session)


def _unit(vector: NDArray[np.float32]) -> NDArray[np.float32] | None:
    length = float(np.sqrt(vector @ vector))
    return (vector / length).astype(np.float32) if length > 0 else None
