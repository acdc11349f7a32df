"""Hot swap: a new version is served without losing a request, a broken one is not, and roll-back is the same rename."""

import json
import threading
import time
from collections.abc import Callable
from itertools import groupby
from pathlib import Path

import httpx
import pytest

from embeddings.errors import SnapshotBroken
from embeddings.registry import Registry
from tests.api.served import Served, started
from tests.api.shop import build_version

ASKED = {"customer_id": "dairy-lover-1", "placements": [{"name": "homepage", "k": 5}], "dry_run": True}
CLIENTS = 8


def version_of(server: Served) -> str:
    version: str = server.http.get("/readyz").json()["versions"]["embeddings"]
    return version


def wait_until(done: Callable[[], object]) -> None:
    ends = time.monotonic() + 20
    while not done():
        assert time.monotonic() < ends, "not within the time"
        time.sleep(0.01)


def test_eight_clients_see_a_swap_and_its_roll_back_and_no_failure(server: Served, data: Path) -> None:
    registry = Registry(data / "embeddings")
    assert build_version(data) == "v0002"
    ended = threading.Event()
    answers: list[list[tuple[int, str]]] = [[] for _ in range(CLIENTS)]

    def ask(into: list[tuple[int, str]]) -> None:
        with httpx.Client(base_url=server.http.base_url, timeout=30) as http:
            while not ended.is_set():
                answer = http.post("/v1/recommendations", json=ASKED)
                into.append((answer.status_code, answer.json()["versions"]["embeddings"]))

    threads = [threading.Thread(target=ask, args=(into,)) for into in answers]
    for thread in threads:
        thread.start()
    wait_until(lambda: all(answers))
    registry.publish("v0002")
    wait_until(lambda: all(into[-1][1] == "v0002" for into in answers))
    assert registry.rollback() == "v0001"
    wait_until(lambda: all(into[-1][1] == "v0001" for into in answers))
    ended.set()
    for thread in threads:
        thread.join()
    for into in answers:
        assert {status for status, _ in into} == {200}
        assert [version for version, _ in groupby(version for _, version in into)] == ["v0001", "v0002", "v0001"]


def test_a_broken_version_is_refused_and_the_old_one_serves_on(server: Served, data: Path) -> None:
    registry = Registry(data / "embeddings")
    build_version(data)
    vectors = data / "embeddings" / "v0002" / "products.npy"
    whole = vectors.read_bytes()
    vectors.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(SnapshotBroken):
        registry.publish("v0002")
    pointer = data / "embeddings" / "current"
    pointer.write_text(json.dumps({"version": "v0002", "before": ["v0001"]}))  # past the gate
    wait_until(lambda: "embeddings refused, v0001 goes on serving" in server.said())
    assert server.http.post("/v1/recommendations", json=ASKED).json()["versions"]["embeddings"] == "v0001"
    for text in ("{", json.dumps({"version": "v9999", "before": []})):
        pointer.write_text(text)
        time.sleep(0.2)
        assert version_of(server) == "v0001"
    vectors.write_bytes(whole)
    pointer.write_text(json.dumps({"version": "v0001", "before": []}))
    assert build_version(data) == "v0003"
    registry.publish("v0003")
    wait_until(lambda: version_of(server) == "v0003")
    assert 'patron_embeddings_info{version="v0003"} 1.0' in server.http.get("/metrics").text


def test_the_first_version_published_makes_a_running_server_ready(data: Path) -> None:
    (data / "embeddings" / "current").unlink()
    server = started(data, worker="false").wait_until_ready("/healthz")
    assert server.http.get("/readyz").status_code == 503
    assert server.http.post("/v1/recommendations", json=ASKED).json()["degraded"] == ["embeddings"]
    Registry(data / "embeddings").publish("v0001")
    wait_until(lambda: server.http.get("/readyz").status_code == 200)
    assert server.http.post("/v1/recommendations", json=ASKED).json()["degraded"] == []
    assert server.stop() == 0
