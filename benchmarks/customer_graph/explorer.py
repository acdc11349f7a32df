"""The explorer over HTTP: how long an analyst waits for the overview, an expansion, a path, a search."""

import argparse
import http.client
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import numpy as np

from api.settings import loaded_settings
from benchmarks.load.served import Server, served
from benchmarks.machine import machine, printed
from graph import NodeKind, NodeRef, Product
from graph.stores.open import open_graph

POPULAR = 50
ANALYSED_SECONDS = 300


def main(arguments: list[str] | None = None) -> None:
    """``python -m benchmarks.customer_graph.explorer --data data [--json FILE]``"""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.customer_graph.explorer", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="a data folder with a graph and a published version")
    parser.add_argument("--questions", type=int, default=250, help="questions of each kind (250)")
    parser.add_argument("--nodes", type=int, default=10_000, help="nodes of the overview (10000)")
    parser.add_argument("--seed", type=int, default=0, help="of the nodes drawn (0)")
    parser.add_argument("--json", type=Path, help="write the object here as well")
    options = parser.parse_args(arguments)
    rng = np.random.default_rng(options.seed)
    with served(options.data) as server:
        customers, products, popular, words = drawn(server.data, options.questions, rng)
        analysed = first_overview(server, options.nodes)
        nodes = shuffled(rng, customers, products, popular)
        ends = shuffled(rng, customers, products, popular)
        texts = shuffled(rng, words, (node.partition(":")[2] for node in nodes[: len(words)]))
        asked: dict[str, list[tuple[str, dict[str, Any]]]] = {
            "expand": [("neighbours", {"node": node}) for node in nodes],
            "view": [("view", {"node": node, "depth": 1}) for node in nodes],
            "paths": [("paths", {"from": one, "to": other}) for one, other in zip(nodes, ends, strict=True)],
            "search": [("search", {"q": text}) for text in texts],
            "node": [("node", {"node": node}) for node in nodes],
            "compare": [("compare", {"a": a, "b": b}) for a, b in zip(customers, reversed(customers), strict=True)],
            "overview": [("overview", {"limit": options.nodes})] * 10,
        }
        measured = {name: ask(server.port, questions) for name, questions in asked.items()}
    answer = {
        "benchmark": "explorer",
        "machine": machine(),
        "questions": options.questions,
        "overview_nodes": options.nodes,
        "analysed_after_seconds": round(analysed[0], 1),
        "first_overview_ms": round(analysed[1], 1),
    }
    printed(answer | measured, options.json)


def drawn(data: Path, number: int, rng: np.random.Generator) -> tuple[list[str], list[str], list[str], list[str]]:
    """Customers, products, the most bought products, and words of products' names: a third of `number` each."""
    graph = open_graph(loaded_settings(data=data).graph_url)
    edges = graph.edges()
    third = -(-number // 3)
    buyers = np.bincount(edges.target, minlength=len(edges.targets))
    most = [edges.targets[row] for row in np.argsort(-buyers, kind="stable")[:POPULAR].tolist()]
    customers = [f"customer:{customer}" for customer in rng.choice(edges.customers, third)]
    products = rng.choice(edges.targets, third).tolist()
    entries = graph.entries(NodeRef(NodeKind.PRODUCT, product) for product in products)
    graph.close()
    names = [entry.name for entry in entries.values() if isinstance(entry, Product) and entry.name]
    words = [word for name in names for word in name.split()[:1] if len(word) > 2]
    popular = [f"product:{product}" for product in rng.choice(most, third)]
    return customers, [f"product:{product}" for product in products], popular, words


def shuffled(rng: np.random.Generator, *parts: Iterable[str]) -> list[str]:
    together = [one for part in parts for one in part]
    rng.shuffle(together)
    return together


def first_overview(server: Server, nodes: int) -> tuple[float, float]:
    """(seconds until the graph is analysed, milliseconds of the first overview after that)."""
    begun = time.perf_counter()
    while time.perf_counter() - begun < ANALYSED_SECONDS:
        if answered(server.port, "communities", {}) == 200:
            analysed = time.perf_counter()
            answered(server.port, "overview", {"limit": nodes})
            return analysed - begun, (time.perf_counter() - analysed) * 1000
        time.sleep(0.1)
    raise RuntimeError(f"the graph was not analysed within {ANALYSED_SECONDS} s")


def answered(port: int, verb: str, query: dict[str, Any]) -> int:
    """The status of one answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("GET", f"/v1/graph/{verb}?{urlencode(query)}")
    status = connection.getresponse().status
    connection.close()
    return status


def ask(port: int, questions: Sequence[tuple[str, dict[str, Any]]]) -> dict[str, float]:
    """Ask one after the other over one connection: percentiles in milliseconds, other statuses than 200, mean bytes."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    times, sizes, failures = [], [], 0
    for verb, query in questions:
        path = f"/v1/graph/{verb}?{urlencode(query)}"
        begun = time.perf_counter()
        connection.request("GET", path)
        answer = connection.getresponse()
        body = answer.read()
        times.append((time.perf_counter() - begun) * 1000)
        sizes.append(len(body))
        failures += answer.status != 200
    connection.close()
    percentiles = np.percentile(times, [50, 95])
    return {
        "questions": len(times),
        "failures": failures,
        "p50_ms": round(float(percentiles[0]), 1),
        "p95_ms": round(float(percentiles[1]), 1),
        "max_ms": round(max(times), 1),
        "bytes": round(sum(sizes) / len(sizes)),
    }


if __name__ == "__main__":
    main()
