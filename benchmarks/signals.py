"""Signals move answers: how many other places of a household's home page change after it looked at three products."""

import argparse
import json
import sys
import urllib.request
from pathlib import Path
from typing import Any

if not __package__:  # run by its path: what lies beside it must not be taken for the packages of those names
    sys.path[0] = str(Path(__file__).resolve().parents[1])

import numpy as np

from benchmarks.load.served import served
from benchmarks.machine import machine, printed
from benchmarks.serving import customers_of
from embeddings.registry import Registry
from graph.data_folder import DataFolder

VIEWS = 3
PLACES = 3


def main(arguments: list[str] | None = None) -> None:
    """``python -m benchmarks.signals --data data [--json FILE]``"""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.signals", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="a data folder with a published version")
    parser.add_argument("--households", type=int, default=500, help="households drawn (500)")
    parser.add_argument("--placement", default="homepage", help="the placement looked at (homepage)")
    parser.add_argument("--seed", type=int, default=0, help="of households and products drawn (0)")
    parser.add_argument("--json", type=Path, help="write the object here as well")
    options = parser.parse_args(arguments)
    registry = Registry(DataFolder(options.data).embeddings)
    version = registry.current()
    if version is None:
        parser.error(f"no version is published in {options.data}")
    rng = np.random.default_rng(options.seed)
    customers = customers_of(registry.path(version))
    drawn = rng.choice(customers, size=min(options.households, len(customers)), replace=False).tolist()
    with served(options.data) as server:
        changed = [changes(server.port, customer, options.placement, rng) for customer in drawn]
    counts = np.array(changed)
    answer = {
        "benchmark": "signals",
        "machine": machine(),
        "version": version,
        "households": len(drawn),
        "views": VIEWS,
        "share_with_at_least_3_other_places_changed": round(float((counts >= PLACES).mean()), 4),
        "places_changed": {f"p{p}": float(np.percentile(counts, p)) for p in (1, 5, 50, 95)},
    }
    printed(answer, options.json)


def changes(port: int, customer: str, placement: str, rng: np.random.Generator) -> int:
    """Places that hold another product after three views, those that hold a viewed product not counted.

    The products viewed: one drawn from the household's "discover" list, and the two most similar to it.
    """
    asked = {"customer_id": customer, "placements": [{"name": placement}]}
    before = _items(_call(port, "POST", "/v1/recommendations", asked))
    discover = _call(port, "POST", "/v1/recommendations", {**asked, "placements": [{"name": "discover"}]})
    first = str(rng.choice(_items(discover)))
    similar = _call(port, "GET", f"/v1/products/{first}/similar?k={VIEWS - 1}")["products"]
    viewed = [first, *(found["product_id"] for found in similar)]
    for number, product in enumerate(viewed):
        event = {
            "messageId": f"{customer}-{number}",
            "userId": customer,
            "event": "Product Viewed",
            "properties": {"product_id": product},
        }
        _call(port, "POST", "/v1/track", event)
    after = _items(_call(port, "POST", "/v1/recommendations", asked))
    return sum(new != old and new not in viewed for new, old in zip(after, before, strict=False))


def _items(answer: dict[str, Any]) -> list[str]:
    return [item["product_id"] for item in answer["placements"][0]["items"]]


def _call(port: int, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", data, method=method)
    with urllib.request.urlopen(request, timeout=10) as response:
        answer: dict[str, Any] = json.loads(response.read())
        return answer


if __name__ == "__main__":
    main()
