"""The server process: what it holds, how it starts, and how it ends."""

import json
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from api.settings import loaded_settings
from tests.api.in_process import InProcess
from tests.api.served import Served, served, started

HEAVY = {"torch", "torch_geometric", "scipy", "polars", "pandas", "networkx", "matplotlib", "rich"}
ASKED = {"customer_id": "dairy-lover-1", "placements": [{"name": "homepage", "k": 5}, {"name": "discover"}]}
MODULES = """
import asyncio, sys
from pathlib import Path
from api.commands.serve import command
from api.opening import open_engine
from api.settings import loaded_settings
from graph import known
from recommend.answers import PlacementRequest, RecommendationRequest

async def answer():
    engine = open_engine(loaded_settings(data=Path(sys.argv[1])))
    asked = RecommendationRequest(placements=(PlacementRequest(name="homepage"),), customer_id="dairy-lover-1")
    assert engine.recommend(asked).placements[0].items
    assert engine.similar_customers(known("dairy-lover-1"), 5)
    engine.close()

asyncio.run(answer())
print(" ".join({name.partition(".")[0] for name in sys.modules}))
"""


def test_a_process_that_has_answered_holds_nothing_of_training(data: Path) -> None:
    run = subprocess.run([sys.executable, "-c", MODULES, str(data)], capture_output=True, text=True, check=True)
    held = set(run.stdout.split())
    assert "faiss" in held and not HEAVY & held


def test_a_server_maps_no_library_of_training_and_counts_in_one_thread(server: Served) -> None:
    assert server.http.post("/v1/recommendations", json=ASKED).status_code == 200
    mapped = Path(f"/proc/{server.process.pid}/maps").read_text()
    assert "faiss" in mapped
    assert not [name for name in ("torch", "scipy", "polars") if f"/{name}/" in mapped]
    # The event loop, the log's writer, and one that looks for new versions: none of a numeric library.
    assert psutil.Process(server.process.pid).num_threads() <= 3


def test_a_request_under_way_is_answered_before_the_server_ends(server: Served) -> None:
    body = json.dumps({"userId": "last", "event": "Product Viewed", "properties": {"product_id": "baby-01"}}).encode()
    url = server.http.base_url
    worker = server.child()
    with socket.create_connection((url.host, url.port or 80)) as connection:
        head = f"POST /v1/track HTTP/1.1\r\nHost: {url.host}\r\nContent-Length: {len(body)}\r\n\r\n"
        connection.sendall(head.encode() + body[:20])
        server.http.get("/healthz")  # by now the head has been read
        server.process.send_signal(signal.SIGTERM)
        while "Shutting down" not in server.said():
            time.sleep(0.01)
        connection.sendall(body[20:])
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 200 OK") and b'"accepted":1' in answer
    server.close()
    assert server.process.returncode == 0
    assert not worker.is_running()
    assert "Traceback" not in server.said()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_what_was_acknowledged_is_there_after_a_clean_end(data: Path, number: signal.Signals) -> None:
    view = {"userId": "new", "event": "Product Viewed", "properties": {"product_id": "baby-01"}}
    with served(data, worker="false") as server:
        assert server.http.post("/v1/track", json=view).status_code == 200
        recorded = server.http.post("/v1/recommendations", json=ASKED).json()["recommendation_id"]
        server.process.send_signal(number)
        server.close()
        assert server.process.returncode == 0
    with InProcess(loaded_settings(data=data)) as app:
        assert app.get("/v1/customers/new").json()["counts"] == {"Viewed": 1}
        assert app.engine.ledger.get(recorded) is not None


def test_the_worker_of_a_killed_server_ends_too(data: Path) -> None:
    server = started(data).wait_until_ready()
    worker = server.child()
    server.kill()
    assert psutil.wait_procs([worker], timeout=20)[1] == []


def test_a_second_server_on_the_same_folder_is_refused_with_the_first_one_s_pid(server: Served, data: Path) -> None:
    second = started(data)
    assert second.process.wait(30) == 1
    second.close()
    assert f"in use by process {server.process.pid}" in second.said()
    assert "Traceback" not in second.said()
    assert server.http.get("/readyz").status_code == 200


def test_a_port_in_use_is_said_and_nothing_is_opened(data: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        server = started(data, port=str(port))
        assert server.process.wait(30) == 1
        server.close()
    assert f"cannot listen on 127.0.0.1 port {port}: Address already in use" in server.said()
    assert "PATRON_PORT" in server.said() and "Traceback" not in server.said()


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"placements": "nowhere.yaml"}, "nowhere.yaml"),
        ({"host": "0.0.0.0"}, "loopback"),
        ({"log_level": "loud"}, "debug, info, warning, error"),
        ({"deadline_ms": "soon"}, "PATRON_DEADLINE_MS"),
    ],
)
def test_settings_that_cannot_be_used_end_the_start_with_one_line(
    data: Path, settings: dict[str, str], said: str
) -> None:
    server = started(data, **settings)
    assert server.process.wait(30) == 1
    server.close()
    assert said in server.said() and "Traceback" not in server.said()


def test_a_slow_sender_keeps_nobody_waiting(server: Served) -> None:
    url = server.http.base_url
    with socket.create_connection((url.host, url.port or 80)) as slow:
        slow.sendall(b"POST /v1/track HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{")
        answers: list[int] = []

        def ask() -> None:
            answers.append(server.http.post("/v1/recommendations", json=ASKED).status_code)

        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)
        assert answers == [200] * 4
    assert server.http.get("/healthz").status_code == 200


def test_a_hundred_megabytes_leave_the_server_small(server: Served) -> None:
    url, process = server.http.base_url, psutil.Process(server.process.pid)
    before = process.memory_info().rss
    with socket.create_connection((url.host, url.port or 80)) as connection:
        connection.sendall(b"POST /v1/track HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        chunk = b"%x\r\n" % 2**20 + b" " * 2**20 + b"\r\n"
        for _ in range(100):
            connection.sendall(chunk)
        connection.sendall(b"0\r\n\r\n")
        answer = connection.recv(65536)
    assert answer.startswith(b"HTTP/1.1 413")
    assert process.memory_info().rss < before + 64 * 2**20
    assert server.http.get("/healthz").status_code == 200
