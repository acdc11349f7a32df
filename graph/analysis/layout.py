"""Layout: where nodes lie on a map. Each community is a disc, and discs lie near those they share most edges with."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Layout", "lay_out"]

GOLDEN = np.pi * (3 - np.sqrt(5))
SPACING = 1.0
"""Radius of a disc per square root of its nodes: neighbours in it are about 1.5 apart."""
GAP = 3.0
"""Between discs, at least."""
NEAR = 150
"""So many discs, the largest, look for their place; all others are put around these in rings."""


class Layout(NamedTuple):
    x: NDArray[np.float32]  # [num_nodes]
    y: NDArray[np.float32]  # [num_nodes]
    centres: NDArray[np.float64]  # [num_discs, 2]
    radii: NDArray[np.float64]  # [num_discs], 0 for a community without nodes


def lay_out(
    community: NDArray[np.int32], rank: NDArray[np.int64], source: NDArray[np.int32], target: NDArray[np.int32]
) -> Layout:
    """Places for nodes: discs do not overlap, and within one the nodes lie like the seeds of a sunflower.

    community: [num_nodes] the disc of each; rank: [num_nodes] the lower, the nearer to the middle, ties by position.
    source, target: [num_edges] nodes that are joined. The same input gives the same map.
    """
    sizes = np.bincount(community)  # [num_discs]
    radii = SPACING * np.sqrt(sizes)
    edges = np.zeros((len(sizes), min(len(sizes), NEAR)))  # [num_discs, ≤ NEAR], to the first discs in order
    order = np.argsort(-sizes, kind="stable")
    order = order[sizes[order] > 0]
    place = np.full(len(sizes), len(sizes))
    place[order] = np.arange(len(order))
    for one, other in ((source, target), (target, source)):
        near = place[community[other]] < edges.shape[1]
        np.add.at(edges, (community[one[near]], place[community[other[near]]]), 1)
    centres = np.zeros((len(sizes), 2))
    centres[order] = _pack(radii[order], edges[order])
    sorting = np.lexsort((rank, community))
    starts = np.cumsum(sizes) - sizes
    seed = np.empty(len(community))
    seed[sorting] = np.arange(len(community)) - starts[community[sorting]]
    distance = SPACING * np.sqrt(seed)
    points = centres[community] + distance[:, None] * np.stack((np.cos(seed * GOLDEN), np.sin(seed * GOLDEN)), axis=1)
    return Layout(points[:, 0].astype(np.float32), points[:, 1].astype(np.float32), centres, radii)


def _pack(radii: NDArray[np.float64], edges: NDArray[np.float64]) -> NDArray[np.float64]:
    """Centres [num_discs, 2] of discs that do not overlap, given from the largest to the smallest.

    Each of the first touches two that lie already, where it is nearest to those it shares edges with and to the middle.
    """
    padded = radii + GAP / 2
    centres = np.zeros((len(radii), 2))
    near = min(len(radii), NEAR)
    for disc in range(1, near):
        lying, reach = centres[:disc], padded[:disc] + padded[disc]  # [disc, 2], [disc]
        places = _touching(lying, reach)
        apart = np.linalg.norm(places[:, None] - lying, axis=2)  # [num_places, disc]
        free = np.all(apart >= reach - 1e-9, axis=1)
        pull = edges[disc, :disc] / max(edges[disc, :disc].sum(), 1)  # [disc]
        cost = np.where(free, apart @ pull + np.linalg.norm(places, axis=1), np.inf)
        centres[disc] = places[np.argmin(np.round(cost, 9))]
    outer = float(np.max(np.linalg.norm(centres[:near], axis=1) + padded[:near], initial=0.0))
    middle = angle = half = 0.0
    for disc in range(near, len(radii)):
        if disc > near:
            half = np.arcsin(padded[disc] / middle)
        if disc == near or angle + 2 * half > 2 * np.pi:
            middle, angle = outer + padded[disc], 0.0
            outer, half = middle + padded[disc], np.arcsin(padded[disc] / middle)
        centres[disc] = middle * np.cos(angle + half), middle * np.sin(angle + half)
        angle += 2 * half
    return centres


def _touching(lying: NDArray[np.float64], reach: NDArray[np.float64]) -> NDArray[np.float64]:
    """Points [num_points, 2] at distance ``reach[i]`` and ``reach[j]`` of two of the points `lying`; one beside the
    first where it is alone."""
    if len(lying) == 1:
        beside: NDArray[np.float64] = lying + np.array([[reach[0], 0.0]])
        return beside
    one, other = np.triu_indices(len(lying), 1)
    step = lying[other] - lying[one]  # [num_pairs, 2]
    apart = np.linalg.norm(step, axis=1)
    close = apart <= reach[one] + reach[other]
    one, other, step, apart = one[close], other[close], step[close] / apart[close, None], apart[close]
    along = (apart**2 + reach[one] ** 2 - reach[other] ** 2) / (2 * apart)
    aside = np.sqrt(np.maximum(reach[one] ** 2 - along**2, 0))
    foot = lying[one] + along[:, None] * step
    across = aside[:, None] * np.stack((-step[:, 1], step[:, 0]), axis=1)
    return np.concatenate((foot + across, foot - across))
