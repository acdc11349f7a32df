"""Visibility: who refused analytics or was erased is shown nowhere, whatever the last analysis names."""

import contextlib
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from api.explorer.analyses import Analyses
from api.explorer.explorer import Explorer, Shared
from api.explorer.links import Links
from api.explorer.reach import Deadline
from api.explorer.visibility import Visibility
from api.explorer.wire.frames import Asked
from api.settings import loaded_settings
from graph import CustomerId, EventId, Instant, NodeKind, NodeRef, Position, Profile
from graph.analysis import AnalysisFolder
from graph.data_folder import DataFolder
from graph.events.family import ConsentChanged, CustomerEvent, Erased, Identified, Unmerged
from graph.identity.consent import DEFAULTS
from graph.identity.mirroring import with_both_ends
from graph.log.sqlite_log import SqliteEventLog
from graph.profile.store import SqliteProfiles
from graph.projection.catch_up import catch_up
from graph.projection.serving_projection import ServingProjection
from tests.api.served import Served, served, started

LOVER = "dairy-lover-1"
LISTS = (
    "overview",
    "central?kind=customer&limit=100",
    "search?q=dairy-lover",
    "neighbours?node=campaign:1&limit=1000",
    "view?node=product:dairy-01&depth=2&limit=10000",
    "similar?customer=dairy-lover-2&k=100",
    "compare?a=product:dairy-01&b=product:dairy-02&limit=1000",
    "paths?from=campaign:1&to=category:DAIRY&limit=50&relation=received&relation=purchased&relation=in_category",
)
VISITOR_LISTS = (
    "search?q=vis1",
    "neighbours?node=product:dairy-01&limit=1000",
    "view?node=product:dairy-01&depth=2&limit=10000",
    "compare?a=product:dairy-01&b=product:dairy-02&limit=1000",
    "paths?from=product:dairy-01&to=category:DAIRY&limit=50&relation=viewed&relation=in_category",
)


def test_who_refuses_analytics_or_was_erased_is_shown_nowhere(data: Path) -> None:
    with served(data) as server:
        server.wait_until_ready("/v1/graph/overview")
        assert all(_names(server, path) for path in LISTS)
        server.http.put(f"/v1/customers/{LOVER}/consents", json={"consents": {"analytics": False}})
        _wait(lambda: not any(_names(server, path) for path in LISTS))
        for path in (f"node?node=customer:{LOVER}", f"paths?from=product:dairy-01&to=customer:{LOVER}"):
            assert server.http.get(f"/v1/graph/{path}").status_code == 404
        assert "dairy-lover-2" in server.http.get("/v1/graph/overview").text
        server.http.put(f"/v1/customers/{LOVER}/consents", json={"consents": {"analytics": True}})
        _wait(lambda: all(_names(server, path) for path in LISTS))
        analysed = server.http.get("/v1/graph/communities").json()["analysed_at"]
        assert server.http.delete(f"/v1/customers/{LOVER}").json()["known"]
        _wait(lambda: not any(_names(server, path) for path in LISTS))
        _wait(lambda: server.http.get("/v1/graph/communities").json()["analysed_at"] != analysed)
        _wait(lambda: f"user:{LOVER}" not in _analysed_customers(data))
        _wait(lambda: not _holding(data / "analysis", LOVER))


def test_who_was_erased_is_shown_nowhere_while_the_graph_is_behind(data: Path) -> None:
    profiles = SqliteProfiles(DataFolder(data).profiles)
    with served(data) as server:
        server.wait_until_ready("/v1/graph/overview")
        assert all(_names(server, path) for path in LISTS)
        server.http.put(f"/v1/customers/{LOVER}/consents", json={"consents": {"analytics": False}})
        _wait(lambda: not any(_names(server, path) for path in LISTS))
        with contextlib.closing(sqlite3.connect(data / "graph.db", isolation_level=None)) as writer:
            writer.execute("BEGIN IMMEDIATE")  # the graph cannot be written now, the profiles can
            assert server.http.delete(f"/v1/customers/{LOVER}").json()["known"]
            assert not _shown(server)
            _wait(lambda: not _profile(profiles).consents)
            assert not _shown(server)
            viewed = {"userId": LOVER, "event": "Product Viewed", "properties": {"product_id": "dairy-01"}}
            assert server.http.post("/v1/track", json=viewed).status_code == 200
            _wait(lambda: _profile(profiles).counts)
            assert not _shown(server)
        _wait(lambda: _node(server, LOVER).status_code == 200)
        assert _node(server, LOVER).json()["node"]["traits"] == {}
    profiles.close()


def test_a_refusal_of_a_customer_is_one_of_the_visitors_linked_to_them(data: Path) -> None:
    with served(data) as server:
        server.wait_until_ready("/v1/graph/overview")
        for product in ("dairy-01", "dairy-02"):
            seen = {"anonymousId": "vis1", "event": "Product Viewed", "properties": {"product_id": product}}
            assert server.http.post("/v1/track", json=seen).status_code == 200
        _wait(lambda: all(_names(server, path, "anon:vis1") for path in VISITOR_LISTS))
        known = {"userId": LOVER, "anonymousId": "vis1"}
        assert server.http.post("/v1/identify", json=known).status_code == 200
        server.http.put(f"/v1/customers/{LOVER}/consents", json={"consents": {"analytics": False}})
        _wait(lambda: not any(_names(server, path, "anon:vis1") for path in VISITOR_LISTS))
        assert _node(server, "anon:vis1").status_code == 404
        server.http.put(f"/v1/customers/{LOVER}/consents", json={"consents": {"analytics": True}})
        _wait(lambda: all(_names(server, path, "anon:vis1") for path in VISITOR_LISTS))


def test_a_graph_with_nothing_in_it_has_an_empty_overview_until_something_happens(tmp_path: Path) -> None:
    server = started(tmp_path / "data").wait_until_ready("/healthz")
    try:
        _wait(lambda: _asked(server, "overview").status_code == 200)
        body = _asked(server, "overview").json()
        assert (body["nodes"], body["communities"], body["analysed_at"]) == ([], [], None)
        assert _asked(server, "central").json() == {"nodes": []}
        viewed = {"userId": "first", "event": "Product Viewed", "properties": {"product_id": "first-product"}}
        assert server.http.post("/v1/track", json=viewed).status_code == 200
        _wait(lambda: _asked(server, "communities").json().get("analysed_at"))
        assert len(_asked(server, "overview").json()["nodes"]) == 2
    finally:
        server.stop()


def test_before_the_first_analysis_the_overview_is_a_503_and_nodes_say_nothing_of_it(data: Path) -> None:
    answering = Explorer(Shared.of(loaded_settings(data=data))).answer
    for verb in ("overview", "communities", "central"):
        told = answering(Asked(verb, b""), Deadline(10.0))
        assert (told.status, told.retry_after) == (503, 5) and "for the first time" in told.detail
    told = answering(Asked("node", b"node=product:dairy-01"), Deadline(10.0))
    assert told.status == 200 and b'"degree":null' in told.body


def test_a_refusal_is_one_of_all_who_are_linked_until_it_or_the_link_is_taken_back(tmp_path: Path) -> None:
    customer, visitor, second, other = (CustomerId(name) for name in ("user:a", "anon:a", "anon:b", "user:b"))
    everybody = {customer, visitor, second, other, CustomerId("user:stranger")}
    log, profiles = SqliteEventLog(tmp_path / "log.db"), SqliteProfiles(tmp_path / "profiles.db")
    visibility = Visibility(profiles, log, Links(log), DEFAULTS)

    def hidden_after(*events: CustomerEvent) -> frozenset[CustomerId]:
        log.append(list(with_both_ends(events)))
        catch_up(log, ServingProjection(profiles))
        return visibility.hidden(everybody, log.end())

    refusing, allowing = ({"analytics": False}, {"analytics": True})
    assert hidden_after(
        Identified(**_head(1, customer), anonymous=visitor),
        ConsentChanged(**_head(2, visitor), consents=refusing),
        ConsentChanged(**_head(3, other), consents=allowing),
    ) == {customer, visitor}
    assert hidden_after(Identified(**_head(4, customer), anonymous=second)) == {customer, visitor, second}
    assert hidden_after(ConsentChanged(**_head(5, visitor), consents=allowing)) == frozenset()
    assert hidden_after(ConsentChanged(**_head(6, customer), consents=refusing)) == {customer, visitor, second}
    assert hidden_after(Unmerged(**_head(7, customer), previous=visitor)) == {customer, second}
    assert hidden_after(Erased(**_head(8, customer))) == frozenset()
    assert visibility.hidden(everybody, Position("10")) == {customer}
    profiles.close()
    log.close()


def test_those_found_erased_are_forgotten_with_the_analysis_that_named_them(explored: Served, tmp_path: Path) -> None:
    analyses = Analyses(AnalysisFolder(tmp_path))
    analyses.erased = frozenset({NodeRef(NodeKind.CUSTOMER, "user:x")})
    shown = AnalysisFolder(_data_of(explored) / "analysis").latest()
    assert shown is not None
    for _ in range(2):
        analyses.replace(shown)
    assert analyses.erased == frozenset() and analyses.current is not None
    assert len([path for path in tmp_path.iterdir() if path.is_dir()]) == 1


def _head(number: int, customer: CustomerId) -> dict[str, Any]:
    return {
        "id": EventId(f"e{number}"),
        "source": "shop",
        "at": Instant(number),
        "received": Instant(number),
        "customer": customer,
    }


def _profile(profiles: SqliteProfiles) -> Profile:
    profile = profiles.read(CustomerId(f"user:{LOVER}"))
    assert profile is not None
    return profile


def _node(server: Served, customer: str) -> httpx.Response:
    return _asked(server, f"node?node=customer:{customer}")


def _shown(server: Served) -> bool:
    """Whether the lover is shown anywhere."""
    return _node(server, LOVER).status_code != 404 or any(_names(server, path) for path in LISTS)


def _data_of(server: Served) -> Path:
    return server.log.with_suffix("")


def _asked(server: Served, path: str) -> httpx.Response:
    return server.http.get(f"/v1/graph/{path}")


def _names(server: Served, path: str, customer: str = f"user:{LOVER}") -> bool:
    answer = _asked(server, path)
    assert answer.status_code == 200, answer.text
    return f'"customer:{customer}"' in answer.text


def _holding(folder: Path, text: str) -> bool:
    with contextlib.suppress(FileNotFoundError):  # the one that is replaced goes with its folder
        return any(text.encode() in path.read_bytes() for path in folder.rglob("*.npy"))
    return True


def _analysed_customers(data: Path) -> list[CustomerId]:
    analysis = AnalysisFolder(DataFolder(data).analysis).latest()
    assert analysis is not None
    return analysis.customers


def _wait(done: Callable[[], object], seconds: float = 120.0) -> None:
    ends = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < ends, "not within the time"
        time.sleep(0.05)
