"""The graph behind the log: its store may be slow or away, and nobody who asks or sends notices."""

import os
import re
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import numpy as np
import pytest

from api.learning.learning_data import LearningData
from api.settings import loaded_settings
from graph import InteractionKind, Position, StoreUnavailable
from graph.log.sqlite_log import SqliteEventLog
from graph.projection.catch_up import catch_up
from graph.projection.graph_projection import GraphProjection
from graph.stores.neo4j.local import LocalNeo4j, ServerSettings, find_neo4j
from graph.stores.open import open_graph
from tests.api.served import Served, served

VIEWED = list(InteractionKind).index(InteractionKind.VIEWED)


@pytest.fixture(scope="module")
def neo4j(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalNeo4j]:
    """A server of our own, which tests may kill."""
    environ = {name: value for name, value in os.environ.items() if name != "NEO4J_URI"}
    small = ServerSettings(heap="512m", page_cache="128m", quick_start=True)
    try:
        server = find_neo4j(environ, home=tmp_path_factory.mktemp("neo4j"), settings=small)
    except StoreUnavailable as missing:
        pytest.skip(f"THE WRITE-BEHIND ON NEO4J WAS NOT TESTED: {missing}")
    assert isinstance(server, LocalNeo4j)
    with server:
        yield server


class Sender(threading.Thread):
    """Sends a view and asks for a recommendation, about twenty times a second, and keeps what went wrong."""

    def __init__(self, server: Served) -> None:
        super().__init__()
        self.sent = 0
        self.wrong: list[str] = []
        self._url = server.http.base_url
        self._ending = threading.Event()

    def run(self) -> None:
        with httpx.Client(base_url=self._url, timeout=10) as http:
            while not self._ending.wait(0.05):
                product = {"product_id": f"baby-{self.sent % 20:02d}"}
                event = {"userId": f"sender-{self.sent % 5}", "event": "Product Viewed", "properties": product}
                asked = {"customer_id": "dairy-lover-1", "placements": [{"name": "homepage"}]}
                for path, body in (("/v1/track", event), ("/v1/recommendations", asked)):
                    answer = http.post(path, json=body)
                    if answer.status_code != 200 or answer.json().get("degraded"):
                        self.wrong.append(answer.text)
                self.sent += 1

    def end(self) -> None:
        self._ending.set()
        self.join()


def test_a_graph_whose_server_is_killed_is_complete_in_the_end(neo4j: LocalNeo4j, data: Path) -> None:
    user, _, place = neo4j.url.removeprefix("neo4j://").partition("@")
    apart = {"graph": f"neo4j://{place}", "graph_password": user.removeprefix("neo4j:")}
    before = _views(f"sqlite:///{data / 'graph.db'}")
    with served(data, explore="false", **apart) as server:
        _wait(lambda: _graph(server) == "up", 120)
        sender = Sender(server)
        sender.start()
        _wait(lambda: sender.sent > 10, 120)
        assert _metric(server, "patron_graph_reachable") == 1

        neo4j.kill()
        _wait(lambda: _graph(server) == "away" and _metric(server, "patron_graph_lag_events") > 20, 120)
        assert _metric(server, "patron_graph_reachable") == 0
        lag = _metric(server, "patron_graph_lag_seconds")
        _wait(lambda: _metric(server, "patron_graph_lag_seconds") > lag + 1, 120)
        _wait(lambda: _metric(server, "patron_profiles_ahead") < 20, 120)  # the profiles do not wait for the graph

        neo4j.start()
        _wait(lambda: _graph(server) in ("up", "behind"), 120)
        sender.end()
        _wait(lambda: _views(neo4j.url) == before + sender.sent, 120)
        _wait(lambda: _graph(server) == "up", 120)
        assert (_metric(server, "patron_graph_lag_events"), _metric(server, "patron_graph_lag_seconds")) == (0, 0)
        assert sender.wrong == []
        said = server.said()
        assert said.count("cannot be reached") == 1 and said.count("takes events again") == 1
        assert neo4j.password not in said and "Traceback" not in said
    _assert_same_as_on_sqlite(neo4j.url, data)


def test_a_graph_that_is_away_from_the_start_holds_nobody_up(data: Path) -> None:
    with served(data, graph="neo4j://neo4j:s3cret@127.0.0.1:1/shop", explore="false") as server:
        _wait(lambda: _graph(server) == "away", 120)
        server.http.post("/v1/track", json={"userId": "x", "event": "Product Viewed", "properties": _PRODUCT})
        _wait(lambda: _metric(server, "patron_graph_lag_events") > 0, 120)
        _wait(lambda: _metric(server, "patron_profiles_ahead") == 0, 120)
        assert server.child().is_running()
        assert server.said().count("stays behind") == 1
        assert "s3cret" not in server.said()


def test_a_graph_of_another_log_is_left_alone_and_told(data: Path, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'other.db'}"
    for position in ("99999999", "copy:7:1,2:5"):
        graph = open_graph(url)
        graph.apply((), Position(position))
        with served(data, graph=url, explore="false") as server:
            _wait_for(server, "stays behind the log, will try again: position: got")
            assert server.http.get("/readyz").status_code == 200
        assert (graph.position(), graph.counts().interactions) == (position, 0)
        graph.close()


_PRODUCT = {"product_id": "baby-01"}


def _assert_same_as_on_sqlite(url: str, data: Path) -> None:
    """Fill a graph from the same log, in this process: every record, and all that training learns from, is the same."""
    log, ours, theirs = SqliteEventLog(data / "log.db"), open_graph(f"sqlite:///{data / 'graph.db'}"), open_graph(url)
    catch_up(log, GraphProjection(ours))
    assert list(ours.export()) == list(theirs.export())
    learnt, expected = (LearningData.read(loaded_settings(data=data, graph=graph)) for graph in (url, ""))
    for name in ("customers", "targets"):
        assert getattr(learnt.edges, name) == getattr(expected.edges, name)
    for name in ("customer", "target", "kind", "at", "day", "quantity", "value", "order"):
        np.testing.assert_array_equal(getattr(learnt.edges, name), getattr(expected.edges, name))
    assert (learnt.products, learnt.campaigns) == (expected.products, expected.campaigns)
    assert ours.position() == theirs.position()
    for each in (log, ours, theirs):
        each.close()


def _views(url: str) -> int:
    graph = open_graph(url)
    edges = graph.edges()
    graph.close()
    return int((edges.kind == VIEWED).sum())


def _graph(server: Served) -> str:
    state: str = server.http.get("/readyz").json()["graph"]
    return state


def _metric(server: Served, name: str) -> float:
    found = re.search(rf"^{name} (\S+)$", server.http.get("/metrics").text, re.MULTILINE)
    assert found
    return float(found[1])


def _wait_for(server: Served, words: str) -> None:
    _wait(lambda: words in server.said(), 120)


def _wait(happened: Callable[[], bool], seconds: float) -> None:
    ends = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < ends, "it did not happen in time"
        time.sleep(0.1)
