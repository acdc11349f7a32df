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
    """The index of everything that one customer did with products of a row without pausing for SESSION_GAP, each
    product at its last time; owners are positions in the customers of the edges.

    Where most steps within these sessions take time, what was done fades with its steps too.
    """
    rows = {name: row for row, name in enumerate(products)}
    row_of = np.array([rows.get(ProductId(name), -1) for name in edges.targets], dtype=np.int64)
    kinds, product = list(InteractionKind), row_of[edges.target]
    kept = np.flatnonzero(np.isin(edges.kind, [kinds.index(kind) for kind in DONE]) & (product >= 0))[-MOST:]
    order = kept[np.lexsort((edges.at[kept], edges.customer[kept]))]
    customer, at, product = edges.customer[order], edges.at[order], product[order]
    pauses = np.diff(at)
    begins = np.ones(len(at), dtype=np.bool_)
    begins[1:] = (customer[1:] != customer[:-1]) | (pauses > SESSION_GAP)
    within = pauses[~begins[1:]]
    if 2 * np.count_nonzero(within) > len(within):
        settings = replace(settings, distance_half_life=STEPS_APART)
    session = np.cumsum(begins) - 1
    ended = at[np.append(np.flatnonzero(begins)[1:], len(at)) - 1] if len(at) else at
    met = len(at) - 1 - np.unique((session * len(products) + product)[::-1], return_index=True)[1]
    last = np.sort(met)  # of each product of a session its last time
    offsets = np.concatenate([[0], np.cumsum(np.bincount(session[last], minlength=len(ended)))]).astype(np.int64)
    owners = customer[begins][np.argsort(ended, kind="stable")]  # sessions stand in the order of their ends
    sessions = Sessions.from_arrays(offsets, product[last], ended)
    return SessionNeighbours.of(sessions, len(products), settings, owners)
