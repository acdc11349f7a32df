"""The evaluation table of every baseline on a graph's last 30 days, as one JSON object."""

import argparse
import json
import os
import platform
import resource
import sys
from contextlib import closing
from pathlib import Path

import numpy as np
import scipy

from embeddings.baselines import BASELINES
from embeddings.evaluation import evaluate
from embeddings.split import last_cut
from graph import PatronError
from graph.stores import open_graph


def main(arguments: list[str] | None = None) -> None:
    """``python -m benchmarks.evaluate --graph sqlite:///data/graph.db [--json FILE]``"""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.evaluate", description=__doc__)
    parser.add_argument("--graph", required=True, help="the graph's URL, such as sqlite:///data/graph.db")
    parser.add_argument("--json", type=Path, help="write the object here as well")
    parser.add_argument("--k", type=int, default=20, help="the length of the lists (20)")
    parser.add_argument("--seed", type=int, default=0, help="of the bootstrap's resamples (0)")
    options = parser.parse_args(arguments)
    try:
        with closing(open_graph(options.graph)) as graph:
            edges = graph.edges()
        rng = np.random.default_rng(options.seed)
        table = evaluate(BASELINES, edges, last_cut(edges), rng=rng, k=options.k, progress=on_stderr)
    except PatronError as error:
        sys.exit(str(error))
    answer = {
        "data": {"customers": len(edges.customers), "products": len(edges.targets), "interactions": len(edges)},
        "machine": {"cores": os.cpu_count(), "processor": platform.machine(), "python": platform.python_version()},
        "libraries": {"numpy": np.__version__, "scipy": scipy.__version__},
        "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        **table.as_json(),
    }
    text = json.dumps(answer, indent=1)
    if options.json is not None:
        options.json.write_text(text + "\n", encoding="utf-8")
    print(text)


def on_stderr(what: str, done: int, of: int) -> None:
    print(f"{done}/{of} {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
