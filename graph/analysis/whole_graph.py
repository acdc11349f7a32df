"""The analysis of a whole customer graph: communities, centrality, strongest edges."""

from collections.abc import Iterable

import numpy as np

from graph.analysis.centrality import pagerank
from graph.analysis.communities import find_communities, modularity, telling_weights
from graph.analysis.graph_analysis import GraphAnalysis
from graph.analysis.pairs import Pairs
from graph.analysis.strongest import StrongestEdges
from graph.analysis.summaries import summarise
from graph.customer_graph import EdgeArrays
from graph.instants import Instant
from graph.log.event_log import Position
from graph.nodes import Product

__all__ = ["analyse"]


def analyse(
    edges: EdgeArrays, products: Iterable[Product], position: Position, now: Instant, *, seed: int = 0
) -> GraphAnalysis:
    """Analyse the interactions of customers with products; `products` are the catalogue's, read for their departments.

    The retailer of the demo, 1.5 million interactions, takes some 6 seconds of one core and 200 MB beside `edges`.
    """
    pairs = Pairs.from_edges(edges)
    weights = telling_weights(pairs)
    graph = pairs.symmetric(weights)
    community = find_communities(graph, seed=seed)
    found = modularity(graph, community)
    del graph
    centrality = pagerank(pairs.symmetric(np.log1p(pairs.times)))
    return GraphAnalysis(
        customers=edges.customers,
        products=edges.targets,
        degree=pairs.degree(),
        community=community,
        centrality=centrality,
        edges=StrongestEdges.from_pairs(pairs, centrality),
        communities=summarise(pairs, weights, community, edges.targets, products),
        modularity=found,
        position=position,
        analysed_at=now,
    )
