"""Events at a steady rate while the graph's Neo4j is killed and comes back: what fails, what waits, what is missing."""

import argparse
import asyncio
import json
import os
import re
import sys
import tempfile
import threading
import time
import urllib.request
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from api.commands.import_ import bring_up
from api.settings import loaded_settings
from benchmarks.load.served import Server, served
from benchmarks.machine import machine, printed
from benchmarks.serving import customers_of
from embeddings.registry import Registry
from graph.data_folder import DataFolder
from graph.stores.neo4j.local import LocalNeo4j, find_neo4j
from graph.stores.open import open_graph

BATCH = 100
SENDERS = 8
ASKED_A_SECOND = 20
PATIENCE_SECONDS = 600


def main(arguments: list[str] | None = None) -> int:
    """``python -m benchmarks.customer_graph.write_behind [--data data]``; exit code 1 where a bar is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.customer_graph.write_behind", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("data"), help="the folder that `make demo` made (data)")
    parser.add_argument("--rate", type=int, default=2000, help="events a second (2000)")
    parser.add_argument("--seconds", type=int, default=60, help="for how long (60)")
    parser.add_argument("--away", type=int, default=20, help="how long Neo4j is away, in the middle (20)")
    parser.add_argument("--bar", type=float, default=60, help="seconds after the end until the graph is whole (60)")
    parser.add_argument("--json", type=Path, help="write the object here as well")
    options = parser.parse_args(arguments)
    registry = Registry(DataFolder(options.data).embeddings)
    version = registry.current()
    if version is None:
        parser.error(f"no version is published in {options.data}")
    environ = {name: value for name, value in os.environ.items() if name != "NEO4J_URI"}
    with ExitStack() as left:
        home = Path(left.enter_context(tempfile.TemporaryDirectory(prefix="patron-bench-")))
        neo4j = find_neo4j(environ, home=home)
        assert isinstance(neo4j, LocalNeo4j)
        left.enter_context(neo4j)
        bring_up(loaded_settings(data=options.data, graph=neo4j.url))
        server = left.enter_context(served(options.data, graph=neo4j.url, explore="false"))
        load = Load(server, customers_of(registry.path(version)), options.rate, options.seconds)
        answer = measured(load, neo4j, options.away)
    answer["bars"] = {
        "no_failed_request": answer["failed_requests"] == 0,
        "graph_complete": answer["graph_complete"],
        "caught_up_in_time": answer["seconds_to_catch_up"] <= options.bar,
    }
    printed({"benchmark": "write_behind", "machine": machine(), "version": version, **answer}, options.json)
    return 0 if all(answer["bars"].values()) else 1


@dataclass
class Load:
    """Batches of views sent at a steady rate, and recommendations asked for meanwhile."""

    server: Server
    customers: list[str]
    rate: int
    seconds: int
    sent: int = 0
    failures: list[str] = field(default_factory=list)
    ingest_ms: list[float] = field(default_factory=list)
    recommend_ms: list[float] = field(default_factory=list)

    def run(self) -> None:
        asyncio.run(self._run())

    async def _run(self) -> None:
        batches: asyncio.Queue[bytes | None] = asyncio.Queue()
        senders = [asyncio.create_task(self._send(batches)) for _ in range(SENDERS)]
        asking = asyncio.create_task(self._ask())
        began = time.perf_counter()
        for number in range(self.rate * self.seconds // BATCH):
            await asyncio.sleep(max(0.0, began + number * BATCH / self.rate - time.perf_counter()))
            batches.put_nowait(self._batch(number))
        for _ in senders:
            batches.put_nowait(None)
        await asyncio.gather(*senders, asking)

    async def _send(self, batches: "asyncio.Queue[bytes | None]") -> None:
        connection = await Connection.to(self.server.port)
        while (body := await batches.get()) is not None:
            status, answer, took = await connection.post("/v1/batch", body)
            self.ingest_ms.append(took)
            accepted = json.loads(answer).get("accepted", 0) if status == 200 else 0
            self.sent += accepted
            if accepted != BATCH:
                self.failures.append(f"{status} {answer[:200]!r}")

    async def _ask(self) -> None:
        connection = await Connection.to(self.server.port)
        for number in range(ASKED_A_SECOND * self.seconds):
            customer = self.customers[number % len(self.customers)]
            body = json.dumps({"customer_id": customer, "placements": [{"name": "homepage"}]}).encode()
            status, answer, took = await connection.post("/v1/recommendations", body)
            self.recommend_ms.append(took)
            if status != 200:
                self.failures.append(f"{status} {answer[:200]!r}")
            await asyncio.sleep(max(0.0, 1 / ASKED_A_SECOND - took / 1000))

    def _batch(self, number: int) -> bytes:
        views = [
            {
                "type": "track",
                "event": "Product Viewed",
                "messageId": f"bench-{number}-{each}",
                "userId": self.customers[(number * BATCH + each) % len(self.customers)],
                "properties": {"product_id": str(1_000_000 + (number * BATCH + each) % 5_000)},
            }
            for each in range(BATCH)
        ]
        return json.dumps({"batch": views}).encode()


class Connection:
    """One keep-alive connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def to(cls, port: int) -> "Connection":
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    async def post(self, path: str, body: bytes) -> tuple[int, bytes, float]:
        """Status, answer, and the milliseconds it took."""
        head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        began = time.perf_counter()
        self._writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        status, _, fields = (await self._reader.readuntil(b"\r\n\r\n")).partition(b"\r\n")
        length = int(fields.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        answer = await self._reader.readexactly(length)
        return int(status.split()[1]), answer, (time.perf_counter() - began) * 1000


def measured(load: Load, neo4j: LocalNeo4j, away: int) -> dict[str, Any]:
    """Run the load, kill Neo4j for `away` seconds in its middle, and wait until the graph holds everything."""
    with closing(open_graph(neo4j.url)) as graph:
        before = graph.counts().interactions
    lags: list[float] = []
    over = threading.Event()
    watching = threading.Thread(target=lambda: _watch(load.server, lags, over))
    sending = threading.Thread(target=load.run)
    watching.start()
    sending.start()
    time.sleep((load.seconds - away) / 2)
    neo4j.kill()
    killed = time.perf_counter()
    time.sleep(away)
    neo4j.start()
    gone = time.perf_counter() - killed
    sending.join()
    ended = time.perf_counter()
    recorded = 0
    with closing(open_graph(neo4j.url)) as graph:
        while recorded < load.sent and time.perf_counter() < ended + PATIENCE_SECONDS:
            time.sleep(0.2)
            recorded = graph.counts().interactions - before
    caught_up = time.perf_counter() - ended
    over.set()
    watching.join()
    return {
        "events_a_second": load.rate,
        "seconds": load.seconds,
        "neo4j_away_seconds": round(gone, 1),
        "events_accepted": load.sent,
        "failed_requests": len(load.failures),
        "failures": load.failures[:3],
        "recommendations": len(load.recommend_ms),
        "recommend_ms": _percentiles(load.recommend_ms),
        "batch_of_100_ms": _percentiles(load.ingest_ms),
        "largest_lag_events": max(lags),
        "seconds_to_catch_up": round(caught_up, 1),
        "graph_complete": recorded == load.sent,
    }


def _watch(server: Server, lags: list[float], over: threading.Event) -> None:
    while not over.wait(1):
        lags.append(_lag(server))


def _lag(server: Server) -> float:
    """How many events the graph lacks, as the server's metrics say."""
    with urllib.request.urlopen(f"http://127.0.0.1:{server.port}/metrics", timeout=10) as answer:
        found = re.search(rb"^patron_graph_lag_events (\S+)$", answer.read(), re.MULTILINE)
    return float(found[1]) if found else 0.0


def _percentiles(milliseconds: list[float]) -> dict[str, float]:
    return {f"p{p}": round(float(np.percentile(milliseconds, p)), 2) for p in (50, 95, 99, 100)}


if __name__ == "__main__":
    sys.exit(main())
