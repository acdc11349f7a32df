"""Recall@100 and time a search of exact and HNSW search on the vectors of one version, as one JSON object."""

import argparse
import json
import os
import platform
import sys
import time
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from embeddings.artifacts import open_snapshot
from embeddings.artifacts.gate import sample
from embeddings.index import ExactIndex, HnswIndex, index_recall, tune, use_one_thread
from embeddings.serving_snapshot import VectorIndex
from graph import PatronError


def main(arguments: list[str] | None = None) -> None:
    """``python -m benchmarks.index --snapshot data/embeddings/v0001 [--json FILE]``"""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.index", description=__doc__)
    parser.add_argument("--snapshot", type=Path, required=True, help="a version folder")
    parser.add_argument("--json", type=Path, help="write the object here as well")
    parser.add_argument("--k", type=int, default=100, help="the length of the lists (100)")
    parser.add_argument("--queries", type=int, default=1000, help="how many customer vectors to search for (1000)")
    options = parser.parse_args(arguments)
    try:
        snapshot = open_snapshot(options.snapshot)
    except PatronError as error:
        sys.exit(str(error))
    vectors = snapshot.set.product_vectors
    queries = sample(snapshot.set, options.queries)
    started = time.perf_counter()
    graph = snapshot.index if isinstance(snapshot.index, HnswIndex) else HnswIndex.build(vectors)
    built = time.perf_counter() - started
    tuned = graph is snapshot.index or tune(graph, vectors, sample(snapshot.set, shift=1))
    use_one_thread()
    answer = {
        "version": snapshot.version,
        "served_by": type(snapshot.index).__name__,
        "vectors": len(vectors),
        "dim": snapshot.set.dim,
        "k": options.k,
        "queries": len(queries),
        "machine": {"cores": os.cpu_count(), "processor": platform.machine(), "python": platform.python_version()},
        "libraries": {"faiss": faiss.__version__, "numpy": np.__version__},
        "exact": measured(ExactIndex(vectors), vectors, queries, options.k),
        "hnsw": {
            "ef_search": graph.ef_search,
            "reaches_the_recall_sought": tuned,
            **({} if graph is snapshot.index else {"build_seconds": round(built, 2)}),
            **measured(graph, vectors, queries, options.k),
        },
    }
    text = json.dumps(answer, indent=2)
    print(text)
    if options.json:
        options.json.write_text(text + "\n", encoding="utf-8")


def measured(index: VectorIndex, vectors: NDArray[np.float32], queries: NDArray[np.float32], k: int) -> dict[str, Any]:
    """Recall and the milliseconds of single searches in one thread."""
    times = []
    for query in queries:
        started = time.perf_counter()
        index.search(query, k)
        times.append((time.perf_counter() - started) * 1e3)
    p50, p90, p99 = np.percentile(times, [50, 90, 99]) if times else (0.0, 0.0, 0.0)
    return {
        "recall": round(index_recall(index, vectors, queries, k), 4),
        "p50_ms": round(float(p50), 4),
        "p90_ms": round(float(p90), 4),
        "p99_ms": round(float(p99), 4),
    }


if __name__ == "__main__":
    main()
