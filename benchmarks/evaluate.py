"""The evaluation table: every baseline, the GNN and the whole recommender on a graph's last 30 days."""

import argparse
import resource
import sys
from pathlib import Path

if not __package__:  # run by its path: what lies beside it must not be taken for the packages of those names
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from api.workbench import Workbench
from benchmarks.machine import machine, printed
from embeddings.evaluation.split import Task


def main(arguments: list[str] | None = None) -> None:
    """``python -m benchmarks.evaluate --data data [--quick] [--json FILE]``"""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.evaluate", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="a data folder with an imported graph")
    parser.add_argument("--k", type=int, default=20, help="the length of the lists (20)")
    parser.add_argument("--seed", type=int, default=0, help="of training and of the bootstrap's resamples (0)")
    parser.add_argument("--quick", action="store_true", help="baselines with fixed settings instead of chosen ones")
    parser.add_argument("--json", type=Path, help="write the object here as well")
    options = parser.parse_args(arguments)
    board = Workbench.open(options.data).evaluate(k=options.k, seed=options.seed, quick=options.quick)
    pairs = [
        *(("recommender", other) for other in ("buy again", "GNN", "recommender, random customers")),
        ("similar customers alone", "random customers alone"),
    ]
    beside = [board.table.difference(ours, theirs, task).as_json() for task in Task for ours, theirs in pairs]
    answer = {
        "benchmark": "evaluate",
        "machine": machine(),
        "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        **board.as_json(),
        "paired_differences": beside,
    }
    printed(answer, options.json)


if __name__ == "__main__":
    main()
