"""Every benchmark on one data folder: ``python -m benchmarks [--data data] [--out benchmarks/results]``."""

import argparse
import subprocess
import sys
from pathlib import Path

from embeddings.registry import Registry
from graph.data_folder import DataFolder


def main(arguments: list[str] | None = None) -> int:
    """Run them one after the other, each in a process of its own; the exit code is that of the first to fail."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("data"), help="the folder that `make demo` made (data)")
    parser.add_argument("--out", type=Path, help="a folder for the JSON objects")
    options = parser.parse_args(arguments)
    registry = Registry(DataFolder(options.data).embeddings)
    version = registry.current()
    if version is None:
        parser.error(f"no version is published in {options.data}: run `make demo ARGS=--once` first")
    runs = {
        "import_history": [],
        "evaluate": ["--data", str(options.data)],
        "cold_start": ["--data", str(options.data)],
        "in_session": ["--data", str(options.data)],
        "predictions": ["--data", str(options.data)],
        "index": ["--snapshot", str(registry.path(version))],
        "signals": ["--data", str(options.data)],
        "serving": ["--data", str(options.data)],
        "conditions": [],
        "hot_swap": ["--data", str(options.data)],
        "scale": ["--interactions", "1000000", "--spectral"],
        "customer_graph.analysis": ["--graph", f"sqlite:///{DataFolder(options.data).graph}"],
        "customer_graph.explorer": ["--data", str(options.data)],
        "customer_graph.explorer_page": ["--data", str(options.data)],
        "customer_graph.neo4j_load": ["--data", str(options.data)],
        "customer_graph.analyst_questions": ["--data", str(options.data)],
        "customer_graph.write_behind": ["--data", str(options.data)],
    }
    for name, given in runs.items():
        print(f"── {name}", file=sys.stderr, flush=True)
        written = ["--json", str(options.out / f"{name}.json")] if options.out else []
        ended = subprocess.run([sys.executable, "-m", f"benchmarks.{name}", *given, *written], check=False)
        if ended.returncode:
            return ended.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main())
