"""Communities: customers and the products they have to do with, more among themselves than chance would have it."""

import graspologic_native
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from graph.analysis.pairs import Pairs

__all__ = ["find_communities", "modularity", "telling_weights"]

ITERATIONS = 3
"""Runs of the whole method, each from the result of the one before: more gain less than 0.001 of modularity."""


def telling_weights(pairs: Pairs) -> NDArray[np.float64]:  # [num_pairs], > 0
    """How much a pair says about taste: log(1 + times) · log²((customers + 1) / customers of the product), each
    customer's divided by the square root of their sum.

    What everybody takes says little, and a customer of a thousand products is not worth a hundred others.
    """
    partners = np.bincount(pairs.product, minlength=pairs.num_products)
    rarity = np.log((pairs.num_customers + 1) / np.maximum(partners, 1))  # [num_products]
    weights = np.log1p(pairs.times) * rarity[pairs.product] ** 2
    totals = np.bincount(pairs.customer, weights, minlength=pairs.num_customers)
    told: NDArray[np.float64] = weights / np.sqrt(totals[pairs.customer])
    return told


def find_communities(graph: sparse.csr_array, *, seed: int = 0) -> NDArray[np.int32]:  # [num_nodes]
    """The community of every node of an undirected weighted graph [num_nodes, num_nodes], the largest being 0.

    The Leiden method (Traag, Waltman and van Eck, 2019) on modularity: Louvain, with communities that hang together.
    The same graph and seed give the same answer; communities of one size are numbered by their first node.
    """
    if not graph.nnz:
        return np.arange(graph.shape[0], dtype=np.int32)
    _, found = graspologic_native.leiden_csr(
        graph.indptr.astype(np.int64),
        graph.indices.astype(np.int32),
        graph.data.astype(np.float64),
        graph.shape[0],
        iterations=ITERATIONS,
        seed=seed,
    )
    community = np.empty(graph.shape[0], dtype=np.int64)
    community[np.fromiter(found.keys(), np.int64, len(found))] = np.fromiter(found.values(), np.int64, len(found))
    _, first, number, sizes = np.unique(community, return_index=True, return_inverse=True, return_counts=True)
    place = np.empty(len(first), dtype=np.int32)
    place[np.lexsort((first, -sizes))] = np.arange(len(first), dtype=np.int32)
    return place[number]


def modularity(graph: sparse.csr_array, community: NDArray[np.int32]) -> float:
    """The weight within communities as a share of all, less what chance would put there (Newman, 2004); -½ to 1.

    graph: [num_nodes, num_nodes], symmetric; 0 for a graph without edges.
    """
    strength = np.asarray(graph.sum(axis=1))  # [num_nodes]
    total = float(strength.sum())
    if not total:
        return 0.0
    rows = np.repeat(community, np.diff(graph.indptr))
    within = float(graph.data[rows == community[graph.indices]].sum()) / total
    shares = np.bincount(community, strength) / total
    return within - float(shares @ shares)
