"""Past sessions: what customers did in one go, among which those like the session under way are found."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from embeddings.sessions import NeighbourSettings, SessionNeighbours, Sessions
from graph import DAY, SESSION_GAP, EdgeArrays, InteractionKind, ProductId

__all__ = ["BASKETS", "past_sessions"]

DONE = (
    InteractionKind.VIEWED,
    InteractionKind.CLICKED,
    InteractionKind.RATED,
    InteractionKind.ADDED_TO_CART,
    InteractionKind.PURCHASED,
)

MOST = 2_000_000
"""Interactions that are kept, the newest."""

BASKETS = NeighbourSettings(
    sessions_each=300,
    neighbours=100,
    recency_half_life=120.0 * DAY,
    distance_half_life=np.inf,
    length_power=0.5,
    rarity_power=1.0,
)
"""Chosen on the retailer's validation month. Nothing fades within a basket: all of it has one time."""

STEPS_APART = 2.0
"""Of visits, after how many steps from what both did something counts half."""


def past_sessions(
    edges: EdgeArrays, products: Sequence[ProductId], settings: NeighbourSettings = BASKETS
) -> SessionNeighbours:
    """The index of everything that one customer did with products of a row without pausing for SESSION_GAP.

    Where most steps within these sessions take time, what was done fades with its steps too.
    """
    rows = {name: row for row, name in enumerate(products)}
    row_of = np.array([rows.get(ProductId(name), -1) for name in edges.targets], dtype=np.int64)
    kinds, product = list(InteractionKind), row_of[edges.target]
    kept = np.flatnonzero(np.isin(edges.kind, [kinds.index(kind) for kind in DONE]) & (product >= 0))[-MOST:]
    order = kept[np.lexsort((edges.at[kept], edges.customer[kept]))]
    customer, at = edges.customer[order], edges.at[order]
    pauses = np.diff(at)
    begins = np.ones(len(at), dtype=np.bool_)
    begins[1:] = (customer[1:] != customer[:-1]) | (pauses > SESSION_GAP)
    offsets = np.append(np.flatnonzero(begins), len(at)).astype(np.int64)
    within = pauses[~begins[1:]]
    if 2 * np.count_nonzero(within) > len(within):
        settings = replace(settings, distance_half_life=STEPS_APART)
    sessions = Sessions.from_arrays(offsets, product[order], at[offsets[1:] - 1])
    return SessionNeighbours.of(sessions, len(products), settings)
