"""The evaluation table: every baseline, the GNN and the whole recommender on one split of a graph."""

import argparse
import resource
import sys
from pathlib import Path
from typing import get_args

if not __package__:  # run by its path: what lies beside it must not be taken for the packages of those names
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from api.workbench import TUNING_SECONDS, SplitName, Workbench
from benchmarks.machine import machine, printed
from embeddings.evaluation.split import Task


def main(arguments: list[str] | None = None) -> None:
    """``python -m benchmarks.evaluate --data data [--split leave-last-out] [--quick] [--json FILE]``"""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.evaluate", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="a data folder with an imported graph")
    parser.add_argument("--k", type=int, default=20, help="the length of the lists (20)")
    parser.add_argument("--seed", type=int, default=0, help="of training and of the bootstrap's resamples (0)")
    parser.add_argument("--split", choices=get_args(SplitName), default="time", help="what is held out (time)")
    parser.add_argument("--quick", action="store_true", help="baselines with fixed settings instead of chosen ones")
    parser.add_argument(
        "--tuning-seconds",
        type=float,
        default=TUNING_SECONDS,
        help=f"after these the choice of settings is cut short ({TUNING_SECONDS:.0f})",
    )
    parser.add_argument("--json", type=Path, help="write the object here as well")
    options = parser.parse_args(arguments)
    board = Workbench.open(options.data).evaluate(
        k=options.k,
        seed=options.seed,
        split=options.split,
        quick=options.quick,
        tuning_seconds=options.tuning_seconds,
    )
    beside = [
        board.table.difference("recommender", other, task).as_json() for task in Task for other in ("buy again", "GNN")
    ]
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
