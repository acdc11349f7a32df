"""The worker beside the server: it comes back when it is killed, and no failure of one round ends it."""

import logging
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from api.processes.worker import keep_up
from graph import InteractionKind, StoreUnavailable
from graph.stores.open import open_graph
from tests.api.in_process import InProcess
from tests.api.served import Served


def test_a_killed_worker_is_back_within_seconds_and_catches_up(server: Served, data: Path) -> None:
    assert _worker(server.http) == "running"
    before = _views(data)
    killed = server.child()
    killed.kill()
    _wait(lambda: _worker(server.http) == "restarting", 5)
    assert server.http.get("/readyz").status_code == 200
    seen = {"userId": "while-away", "event": "Product Viewed", "properties": {"product_id": "baby-01"}}
    assert server.http.post("/v1/track", json=seen).json()["accepted"] == 1
    _wait(lambda: _worker(server.http) == "running", 5)
    assert server.child().pid != killed.pid
    _wait(lambda: _views(data) == before + 1, 10)
    assert "the worker ended (signal 9): starting it again in 1 s" in server.said()


def test_a_server_without_a_worker_says_so(app: InProcess) -> None:
    assert app.get("/readyz").json()["worker"] == "off"


def test_a_round_that_fails_is_told_and_tried_again_ever_later(caplog: pytest.LogCaptureFixture) -> None:
    failures: list[Exception] = [ValueError("odd"), ValueError("odd"), StoreUnavailable("busy")]
    rounds, others, pauses = [0], list[int](), list[float]()

    def work() -> None:
        rounds[0] += 1
        if failures:
            raise failures.pop(0)

    with caplog.at_level(logging.WARNING, "patron.worker"):
        works = (work, lambda: others.append(rounds[0]))
        keep_up(works, 0.05, wanted=lambda: rounds[0] < 4, pause=pauses.append)
    assert others == [1, 2, 3, 4]
    assert pauses == [1.0, 2.0, 0.05, 0.05]
    assert [bool(record.exc_info) for record in caplog.records] == [True, True, False]


def test_being_told_to_stop_ends_the_worker() -> None:
    def work() -> None:
        raise SystemExit(0)

    with pytest.raises(SystemExit):
        keep_up([work], 0.05, wanted=lambda: True, pause=time.sleep)


def _worker(http: httpx.Client) -> str:
    state: str = http.get("/readyz").json()["worker"]
    return state


def _views(data: Path) -> int:
    graph = open_graph(f"sqlite:///{data / 'graph.db'}")
    edges = graph.edges()
    graph.close()
    return int((edges.kind == list(InteractionKind).index(InteractionKind.VIEWED)).sum())


def _wait(done: Callable[[], bool], seconds: float) -> None:
    ends = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < ends, "not within the time"
        time.sleep(0.02)
