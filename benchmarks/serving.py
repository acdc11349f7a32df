"""Recommendations over HTTP: latency at one connection, throughput at sixteen, beside a bare route in the same run."""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

if not __package__:  # run by its path: what lies beside it must not be taken for the packages of those names
    sys.path[0] = str(Path(__file__).resolve().parents[1])

import numpy as np

from benchmarks.load.served import Load, free_port, load, served, wait_until
from benchmarks.machine import machine, printed
from embeddings.artifacts import open_snapshot
from embeddings.registry import Registry
from graph import CustomerId, public_id
from graph.data_folder import DataFolder


def main(arguments: list[str] | None = None) -> None:
    """``python -m benchmarks.serving --data data [--json FILE]``"""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.serving", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="a data folder with a published version")
    parser.add_argument("--placement", default="homepage", help="the placement asked for (homepage)")
    parser.add_argument("--requests", type=int, default=4000, help="requests of each measurement (4000)")
    parser.add_argument("--connections", type=int, default=16, help="connections of the second measurement (16)")
    parser.add_argument("--seed", type=int, default=0, help="of the customers drawn (0)")
    parser.add_argument("--json", type=Path, help="write the object here as well")
    options = parser.parse_args(arguments)
    registry = Registry(DataFolder(options.data).embeddings)
    version = registry.current()
    if version is None:
        parser.error(f"no version is published in {options.data}")
    customers = customers_of(registry.path(version))
    drawn = np.random.default_rng(options.seed).choice(customers, size=options.requests)
    bodies = [
        json.dumps({"customer_id": customer, "placements": [{"name": options.placement}]}).encode()
        for customer in drawn.tolist()
    ]
    with served(options.data) as server:
        warm = load(server.port, "/v1/recommendations", bodies[:200], 1)
        one = load(server.port, "/v1/recommendations", bodies, 1)
        many = load(server.port, "/v1/recommendations", bodies, options.connections)
        torch, memory = server.holds("libtorch"), server.memory_mb()
        ready = server.ready_seconds
    bare = bare_load(warm.sample, bodies, options.connections)
    answer = {
        "benchmark": "serving",
        "machine": machine(),
        "version": version,
        "customers": len(customers),
        "placement": options.placement,
        "items": len(json.loads(warm.sample)["placements"][0]["items"]),
        "answer_bytes": len(warm.sample),
        "ready_seconds": round(ready, 3),
        "torch_in_process": torch,
        "memory_mb": memory,
        "one_connection": summary(one),
        f"{options.connections}_connections": summary(many),
        "bare_route": summary(bare),
        "ratio_to_bare_route": round(rate(many) / rate(bare), 3),
    }
    printed(answer, options.json)


def customers_of(folder: Path) -> list[str]:
    """The public ids of the customers of a version."""
    return [public_id(CustomerId(customer)) for customer in open_snapshot(folder).set.customers]


def bare_load(answer: bytes, bodies: list[bytes], connections: int) -> Load:
    """The same requests against a route that answers the same bytes without thinking."""
    with tempfile.NamedTemporaryFile() as file:
        Path(file.name).write_bytes(answer)
        port = free_port()
        command = [sys.executable, "-m", "benchmarks.load.bare_route", str(port), file.name]
        process = subprocess.Popen(command)
        try:
            wait_until(f"http://127.0.0.1:{port}/readyz", process)
            load(port, "/bare", bodies[:200], 1)
            return load(port, "/bare", bodies, connections)
        finally:
            process.terminate()
            process.wait(10)


def rate(measured: Load) -> float:
    return len(measured.milliseconds) / measured.seconds


def summary(measured: Load) -> dict[str, float]:
    """Requests a second and percentiles in milliseconds."""
    percentiles = np.percentile(measured.milliseconds, [50, 90, 99])
    return {
        "requests": len(measured.milliseconds),
        "failures": measured.failures,
        "requests_per_second": round(rate(measured), 1),
        "p50_ms": round(float(percentiles[0]), 3),
        "p90_ms": round(float(percentiles[1]), 3),
        "p99_ms": round(float(percentiles[2]), 3),
        "max_ms": round(max(measured.milliseconds), 3),
    }


if __name__ == "__main__":
    main()
