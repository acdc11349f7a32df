"""Centrality: how often a walk from node to node along the edges comes by."""

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

__all__ = ["pagerank"]


def pagerank(
    graph: sparse.csr_array, *, damping: float = 0.85, tolerance: float = 1e-10, max_iterations: int = 300
) -> NDArray[np.float64]:  # [num_nodes], sums to 1
    """PageRank (Brin and Page, 1998) of an undirected weighted graph [num_nodes, num_nodes], by power iteration.

    A node without edges passes its rank on to all. Ends when a step changes less than `tolerance` in sum.
    """
    num_nodes = graph.shape[0]
    if not num_nodes:
        return np.empty(0)
    strength = np.asarray(graph.sum(axis=1), dtype=np.float64)  # [num_nodes]
    dangling = strength == 0
    share = np.divide(1.0, strength, out=np.zeros(num_nodes), where=~dangling)
    rank = np.full(num_nodes, 1 / num_nodes)
    for _ in range(max_iterations):
        passed = graph @ (rank * share)
        fresh = damping * (passed + rank[dangling].sum() / num_nodes) + (1 - damping) / num_nodes
        change = np.abs(fresh - rank).sum()
        rank = fresh
        if change < tolerance:
            break
    return rank
