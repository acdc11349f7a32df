"""The evaluation table: every baseline, the GNN and the whole recommender on a graph's last 30 days."""

import argparse
import resource
from pathlib import Path

import numpy as np

from api.commands.evaluate import evaluated
from api.settings import loaded_settings
from benchmarks.machine import machine, printed
from embeddings.evaluation.split import Task


def main(arguments: list[str] | None = None) -> None:
    """``python -m benchmarks.evaluate --data data [--json FILE]``"""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.evaluate", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="a data folder with an imported graph")
    parser.add_argument("--k", type=int, default=20, help="the length of the lists (20)")
    parser.add_argument("--seed", type=int, default=0, help="of training and of the bootstrap's resamples (0)")
    parser.add_argument("--json", type=Path, help="write the object here as well")
    options = parser.parse_args(arguments)
    table = evaluated(loaded_settings(data=options.data), options.k, options.seed)
    rng = np.random.default_rng(options.seed)
    beside = {
        f"recommender − {other}, {task.value}": [str(one) for one in table.differences("recommender", other, task, rng)]
        for task in Task
        for other in ("buy again", "GNN", "recommender, random customers")
    } | {
        f"similar − random customers alone, {task.value}": [
            str(one) for one in table.differences("similar customers alone", "random customers alone", task, rng)
        ]
        for task in Task
    }
    answer = {
        "benchmark": "evaluate",
        "machine": machine(),
        "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        **table.as_json(),
        "paired_differences": beside,
    }
    printed(answer, options.json)


if __name__ == "__main__":
    main()
