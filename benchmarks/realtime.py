"""From an event to the answer that shows it: milliseconds, events a second, and profiles held against plain sums."""

import argparse
import http.client
import json
import os
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

if not __package__:  # run by its path: what lies beside it must not be taken for the packages of those names
    sys.path[0] = str(Path(__file__).resolve().parents[1])

import numpy as np

from benchmarks.load.clickstream import Clickstream, differences
from benchmarks.load.served import Server, load, served
from benchmarks.machine import machine, printed
from benchmarks.serving import customers_of, summary
from embeddings.artifacts import open_snapshot
from embeddings.registry import Registry
from graph.data_folder import DataFolder

EMBEDDED_MS = 5.0
KAFKA_MS = 250.0
BATCH_EVENTS = 10_000
TRACKS = 2_000


def main(arguments: list[str] | None = None) -> None:
    """``python -m benchmarks.realtime --data data [--log kafka://host:port/topic] [--json FILE]``"""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.realtime", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="a data folder with a published version")
    parser.add_argument("--log", default="", help="URL of the event log; empty is the SQLite file of the folder")
    parser.add_argument("--rounds", type=int, default=1500, help="events followed to their answer (1500)")
    parser.add_argument("--events", type=int, default=100_000, help="events sent in batches (100,000)")
    parser.add_argument("--batch", type=int, default=500, help="messages of one batch (500)")
    parser.add_argument("--tracks", type=int, default=20_000, help="single calls (20,000)")
    parser.add_argument("--connections", type=int, default=64, help="connections of the single calls (64)")
    parser.add_argument("--compared", type=int, default=500, help="profiles compared with the model (500)")
    parser.add_argument("--seed", type=int, default=0, help="of all that is drawn (0)")
    parser.add_argument("--json", type=Path, help="write the object here as well")
    options = parser.parse_args(arguments)
    registry = Registry(DataFolder(options.data).embeddings)
    version = registry.current()
    if version is None:
        parser.error(f"no version is published in {options.data}")
    rng = np.random.default_rng(options.seed)
    customers = customers_of(registry.path(version))
    products = [str(product) for product in open_snapshot(registry.path(version)).set.products]
    stream = Clickstream(f"shopper-{options.seed}", max(options.events // 50, 1), products, rng)
    server_cpus, own_cpus = _two_halves()
    settings = {"log": options.log} if options.log else {}
    with served(options.data, cpus=server_cpus, **settings) as server, held_to(own_cpus):
        followed = follow(server, options.rounds, customers, products, rng)
        batches = stream.batches(-(-options.events // options.batch), options.batch)
        batched = load(server.port, "/v1/batch", batches, 4)
        singles = [json.dumps(message).encode() for message in stream.messages(options.tracks)]
        single = load(server.port, "/v1/track", singles, options.connections)
        compared, wrong = compare(server, stream, options.compared, rng)
        memory = server.memory_mb()
    events_per_second = len(batches) * options.batch / batched.seconds
    tracks_per_second = len(singles) / single.seconds
    limit = KAFKA_MS if options.log else EMBEDDED_MS + 2 * followed.commit["p99_ms"]
    answer = {
        "benchmark": "realtime",
        "machine": machine(),
        "version": version,
        "log": options.log.partition("://")[0] or "sqlite",
        "cpus": {"server": sorted(server_cpus), "load": sorted(own_cpus)},
        "event_to_answer": followed.seen | {"limit_p99_ms": round(limit, 3)},
        "recommendation_alone": followed.alone,
        "commit": followed.commit,
        "not_shown": followed.not_shown,
        "batch": summary(batched) | {"size": options.batch, "events_per_second": round(events_per_second)},
        "track": summary(single) | {"connections": options.connections, "events_per_second": round(tracks_per_second)},
        "profiles_compared": compared,
        "profiles_wrong": len(wrong),
        "first_wrong": wrong[:3],
        "memory_mb": memory,
        "met": {
            "event_to_answer": followed.seen["p99_ms"] <= limit and not followed.not_shown,
            "batch": events_per_second >= BATCH_EVENTS and not batched.failures,
            "track": tracks_per_second >= TRACKS and not single.failures,
            "profiles": not wrong,
        },
    }
    printed(answer, options.json)


@dataclass(frozen=True)
class Followed:
    """Percentiles: `seen` of event plus answer, `alone` of the answer, `commit` of one durable row on the same disk."""

    seen: dict[str, float]
    alone: dict[str, float]
    commit: dict[str, float]
    not_shown: int


def follow(
    server: Server, rounds: int, customers: list[str], products: list[str], rng: np.random.Generator
) -> Followed:
    """Send an event, ask for the answer once it is acknowledged, and look whether the answer shows it.

    By turns: a known customer dismisses the first product of their list, puts it in their cart (it must be gone
    from the next list), and somebody never seen looks at a product (the next list must be another one).
    """
    seen, alone, commits = [], [], []
    not_shown = 0
    with (
        closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)) as http_client,
        closing(sqlite3.connect(server.data / "commit-probe.db", isolation_level=None)) as probe,
    ):
        probe.execute("PRAGMA journal_mode = WAL")
        probe.execute("PRAGMA synchronous = FULL")
        probe.execute("CREATE TABLE row (payload BLOB)")
        for number in range(rounds + 50):
            kind = number % 3
            if kind == 2:
                who = {"anonymousId": f"visitor-{number}"}
                asked = {"anonymous_id": f"visitor-{number}"}
                product = products[int(rng.integers(min(2000, len(products))))]
            else:
                customer = str(rng.choice(customers))
                who, asked = {"userId": customer}, {"customer_id": customer}
            wanted = json.dumps(asked | {"placements": [{"name": "homepage"}]}).encode()
            begun = time.perf_counter()
            before = _post(http_client, "/v1/recommendations", wanted)
            alone.append(time.perf_counter() - begun)
            if kind < 2:
                product = before["placements"][0]["items"][0]["product_id"]
            name = ("Product Dismissed", "Product Added", "Product Viewed")[kind]
            event = {"messageId": f"follow-{number}", **who, "event": name, "properties": {"product_id": product}}
            body = json.dumps(event).encode()
            begun = time.perf_counter()
            _post(http_client, "/v1/track", body)
            answer = _post(http_client, "/v1/recommendations", wanted)
            seen.append(time.perf_counter() - begun)
            items = answer["placements"][0]["items"]
            not_shown += not _shows(kind, product, before["placements"][0]["items"], items)
            begun = time.perf_counter()
            probe.execute("INSERT INTO row VALUES (?)", (body,))
            commits.append(time.perf_counter() - begun)
    return Followed(_percentiles(seen[50:]), _percentiles(alone[50:]), _percentiles(commits[50:]), not_shown)


def _shows(kind: int, product: str, before: list[dict[str, Any]], items: list[dict[str, Any]]) -> bool:
    listed = [item["product_id"] for item in items]
    return product not in listed if kind < 2 else listed != [item["product_id"] for item in before]


def compare(server: Server, stream: Clickstream, number: int, rng: np.random.Generator) -> tuple[int, list[str]]:
    """(profiles looked at, what they say otherwise than the model)."""
    shoppers = sorted(stream.expected)
    chosen = rng.choice(len(shoppers), size=min(number, len(shoppers)), replace=False).tolist()
    wrong: list[str] = []
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)) as http_client:
        for place in chosen:
            http_client.request("GET", f"/v1/customers/{shoppers[place]}")
            answer = json.loads(http_client.getresponse().read())
            wrong += differences(shoppers[place], stream.expected[shoppers[place]], answer)
    return len(chosen), wrong


def _post(http_client: http.client.HTTPConnection, path: str, body: bytes) -> dict[str, Any]:
    http_client.request("POST", path, body, {"Content-Type": "application/json"})
    response = http_client.getresponse()
    text = response.read()
    if response.status != 200:
        raise RuntimeError(f"{path} answered {response.status}: {text.decode()}")
    answer: dict[str, Any] = json.loads(text)
    return answer


def _percentiles(seconds: list[float]) -> dict[str, float]:
    return {f"p{p}_ms": round(float(np.percentile(seconds, p)) * 1000, 3) for p in (50, 90, 99)}


@contextmanager
def held_to(cpus: set[int]) -> Iterator[None]:
    """This process on these cores, for a while."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cpus)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def _two_halves() -> tuple[set[int], set[int]]:
    """(the cores of the server, those of the load); the same one where there is only one."""
    cpus = sorted(os.sched_getaffinity(0))
    return {cpus[0]}, set(cpus[1:]) or {cpus[0]}


if __name__ == "__main__":
    main()
