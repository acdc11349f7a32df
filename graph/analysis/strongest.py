"""StrongestEdges: of every node the few edges worth drawing."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from graph.analysis.pairs import Pairs

__all__ = ["StrongestEdges"]

KEPT = 8


@dataclass(frozen=True)
class StrongestEdges:
    """Edges of node i at ``offsets[i]:offsets[i + 1]``, at most eight, the most often joined first, then the latest.

    The eighth of a node that has more is to its most central partner, if that is not among the seven before it: so
    wherever the most central nodes are drawn, each that has an edge to another of them has such a one here.
    """

    offsets: NDArray[np.int64]  # [num_nodes + 1]
    partner: NDArray[np.int32]  # [num_edges], a node
    kind: NDArray[np.int8]  # [num_edges], position in `list(InteractionKind)`
    times: NDArray[np.int32]  # [num_edges]
    last: NDArray[np.int64]  # [num_edges], microseconds UTC

    @classmethod
    def from_pairs(cls, pairs: Pairs, centrality: NDArray[np.float64]) -> Self:
        """centrality: [num_nodes], customers first."""
        product = pairs.product + np.int32(pairs.num_customers)
        node = np.concatenate((pairs.customer, product))  # [2 * num_pairs]
        partner = np.concatenate((product, pairs.customer))
        pair = np.tile(np.arange(len(pairs), dtype=np.int32), 2)
        sorting = np.lexsort((partner, -pairs.last[pair], -pairs.times[pair], node))
        node, partner, pair = node[sorting], partner[sorting], pair[sorting]
        sizes = np.bincount(node, minlength=pairs.num_nodes)
        starts = np.cumsum(sizes) - sizes  # [num_nodes]
        place = np.arange(len(node)) - starts[node]
        hub = np.lexsort((partner, -centrality[partner], node))[starts[sizes > 0]]  # the edge to the most central one
        hub = hub[place[hub] >= KEPT]
        kept = place < KEPT
        kept[starts[node[hub]] + KEPT - 1] = False
        kept[hub] = True
        return cls(
            offsets=np.concatenate((np.zeros(1, np.int64), np.cumsum(np.minimum(sizes, KEPT)))),
            partner=partner[kept],
            kind=pairs.kind[pair[kept]],
            times=pairs.times[pair[kept]],
            last=pairs.last[pair[kept]],
        )

    def __len__(self) -> int:
        return len(self.partner)

    def among(self, drawn: NDArray[np.bool_], each: int = 3) -> NDArray[np.int64]:
        """Which edges to draw between the nodes that are `drawn` [num_nodes]: positions in the arrays, each edge once.

        The `each` strongest a node has there; the one to its most central partner only where it would be alone.
        """
        sizes = np.diff(self.offsets)
        node = np.repeat(np.arange(len(sizes)), sizes)
        last = np.arange(len(node)) - self.offsets[node] == KEPT - 1
        both = drawn[node] & drawn[self.partner]
        before: NDArray[np.int64] = np.zeros(len(both) + 1, dtype=np.int64)  # [num_edges + 1], drawn ones before it
        np.cumsum(both, out=before[1:])
        chosen = both & ~last & (before[:-1] - before[self.offsets[node]] < each)
        joined = np.zeros(len(sizes), dtype=np.bool_)
        joined[node[chosen]] = joined[self.partner[chosen]] = True
        rows = np.flatnonzero(chosen | (both & ~joined[node]))
        lower, upper = np.minimum(node[rows], self.partner[rows]), np.maximum(node[rows], self.partner[rows])
        _, first = np.unique(lower * np.int64(len(sizes)) + upper, return_index=True)
        return np.sort(rows[first])
