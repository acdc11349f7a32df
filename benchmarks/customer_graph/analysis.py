"""The analysis of a whole customer graph, part by part, and its communities beside networkx's Louvain."""

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import networkx as nx
import numpy as np

from benchmarks.machine import machine, printed
from graph import Instant, Position, Product
from graph.analysis import AnalysisFolder, analyse
from graph.analysis.centrality import pagerank
from graph.analysis.communities import find_communities, modularity, telling_weights
from graph.analysis.pairs import Pairs
from graph.stores.open import open_graph

T = TypeVar("T")


def main(arguments: list[str] | None = None) -> None:
    """``python -m benchmarks.customer_graph.analysis --graph sqlite:///data/graph.db [--networkx] [--json FILE]``"""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.customer_graph.analysis", description=__doc__)
    parser.add_argument("--graph", required=True, help="the URL of a customer graph")
    parser.add_argument("--networkx", action="store_true", help="find networkx's communities too; takes a minute")
    parser.add_argument("--json", type=Path, help="write the object here as well")
    options = parser.parse_args(arguments)
    seconds: dict[str, float] = {}

    def timed(name: str, work: Callable[[], T]) -> T:
        begun = time.perf_counter()
        result = work()
        seconds[name] = round(time.perf_counter() - begun, 2)
        return result

    graph = open_graph(options.graph)
    edges = timed("edges", graph.edges)
    products = [record for record in graph.export([Product]) if isinstance(record, Product)]
    graph.close()
    pairs = timed("pairs", lambda: Pairs.from_edges(edges))
    weighted = pairs.symmetric(telling_weights(pairs))
    community = timed("communities", lambda: find_communities(weighted))
    timed("pagerank", lambda: pagerank(pairs.symmetric(np.log1p(pairs.times))))
    whole = timed("everything", lambda: analyse(edges, products, Position("0"), Instant(0)))
    overviews = {}
    for limit in (2_000, 10_000):
        drawn = timed(f"overview of {limit}", lambda limit=limit: whole.overview(limit))  # type: ignore[misc]
        overviews[str(limit)] = {"nodes": len(drawn.rows), "edges": len(drawn.source)}
    with tempfile.TemporaryDirectory() as folder:
        kept = AnalysisFolder(Path(folder) / "analysis")
        timed("publish", lambda: kept.publish(whole))
        timed("open", kept.latest)
    answer: dict[str, object] = {
        "machine": machine(),
        "load_average_at_end": round(os.getloadavg()[0], 1),
        "interactions": len(edges),
        "pairs": len(pairs.customer),
        "communities": len(whole.communities),
        "labels": [f"{each.customers}/{each.products} {each.label}" for each in whole.communities[:12]],
        "overviews": overviews,
        "modularity": round(modularity(weighted, community), 4),
    }
    if options.networkx:
        other = nx.from_scipy_sparse_array(weighted)
        groups = timed("networkx", lambda: nx.community.louvain_communities(other, seed=0))
        theirs = np.empty(weighted.shape[0], dtype=np.int32)
        for number, group in enumerate(groups):
            theirs[list(group)] = number
        answer["modularity_of_networkx_louvain"] = round(modularity(weighted, theirs), 4)
    printed({**answer, "seconds": seconds}, options.json)


if __name__ == "__main__":
    main()
