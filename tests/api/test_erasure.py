"""Erasure to the last byte: once the worker has caught up, no file holds what a customer did or said."""

import contextlib
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from api.settings import loaded_settings
from embeddings.artifacts import open_snapshot
from embeddings.artifacts.seal import read_manifest
from embeddings.registry import Registry
from tests.api.in_process import InProcess
from tests.api.served import Served
from tests.api.shop import build_version, make_shop, take_in

CUSTOMER, DEVICE = "erase-me-4711", "device-of-erase-me"
TRACES = (b"Rijnstraat-77", b"wished-for-thing", b"secret-session", b"order-of-erase-me", b"refused-of-erase-me")
TOMBSTONES = {"log.db", "profiles.db"}
"""Where the id itself stays: what was erased when, so that late events of the customer are not taken in again."""


def test_nothing_of_an_erased_customer_is_left_in_any_file(server: Served, data: Path) -> None:
    _live(server)
    _wait(lambda: b"Rijnstraat-77" in (data / "graph.db").read_bytes() + _bytes(data / "graph.db-wal"))
    time.sleep(0.2)  # answers are recorded a moment after they are given
    held = _holding(data, *TRACES, CUSTOMER.encode())
    assert {"log.db-wal", "profiles.db-wal", "graph.db-wal"} <= held
    for customer in (CUSTOMER, f"anon:{DEVICE}"):
        assert server.http.delete(f"/v1/customers/{customer}").json() == {"erased": customer, "known": True}
        assert server.http.get(f"/v1/customers/{customer}").status_code == 404
    _wait(lambda: not _holding(data, *TRACES) and _holding(data, CUSTOMER.encode(), DEVICE.encode()) <= TOMBSTONES)
    assert server.stop() == 0
    assert not _holding(data, *TRACES)
    assert _holding(data, CUSTOMER.encode(), DEVICE.encode()) <= TOMBSTONES


def test_a_version_counts_the_erased_without_naming_them_until_the_next_one_which_is_as_if_they_never_were(
    data: Path, tmp_path: Path
) -> None:
    gone, registry = "party-lover-7", Registry(data / "embeddings")
    with InProcess(loaded_settings(data=data)) as app:
        cart = {"userId": "dairy-lover-2", "event": "Product Added", "properties": {"product_id": "party-03"}}
        assert app.post("/v1/track", cart).json()["accepted"] == 1
        before = _explained(app, "dairy-lover-2")
        assert any(place["trace"]["candidates"]["session_neighbours"] for place in before)
        assert gone in app.get("/v1/customers/party-lover-2/similar?k=29").text
        assert {item["source"] for place in _explained(app, gone) for item in place["items"]} == {"likely"}
        assert app.delete(f"/v1/customers/{gone}").json()["known"]
        assert _explained(app, "dairy-lover-2") == before, "counts include them until the next version"
        assert gone not in app.get("/v1/customers/party-lover-2/similar?k=29").text
        assert _explained(app, gone) == _explained(app, "stranger")
        app.view("baby-03", userId=gone)
        back = _explained(app, gone)
        assert {reason["kind"] for place in back for item in place["items"] for reason in item["reasons"]}.isdisjoint(
            {"buy_again"}
        )
        assert gone not in app.get("/v1/customers/party-lover-2/similar?k=29").text
        assert app.delete(f"/v1/customers/{gone}").status_code == 200
    take_in(data)
    registry.publish(build_version(data))
    never = make_shop(tmp_path / "never", without=gone)
    assert read_manifest(registry.path("v0002")).checksums == read_manifest(never / "embeddings" / "v0001").checksums
    held, left = (open_snapshot(registry.path(version)).intent for version in ("v0001", "v0002"))
    assert held is not None and left is not None
    assert len(held.neighbours.sessions) - len(left.neighbours.sessions) == 5


def _explained(app: InProcess, customer: str) -> Any:
    places = [{"name": "homepage", "k": 8}, {"name": "discover", "k": 8}]
    asked = {"customer_id": customer, "placements": places, "explain": True, "dry_run": True}
    told = app.post("/v1/recommendations", asked).json()["placements"]
    for place in told:
        del place["trace"]["milliseconds"]
    return told


def _live(server: Served) -> None:
    """A customer who leaves traces of every kind."""
    lines = [{"product_id": "baby-01", "value": 1}]
    for call, message in (
        ("identify", {"traits": {"street": "Rijnstraat-77"}, "anonymousId": DEVICE}),
        ("track", {"event": "Product Viewed", "properties": {"product_id": "baby-01", "session_id": "secret-session"}}),
        ("track", {"event": "Order Completed", "properties": {"order_id": "order-of-erase-me", "products": lines}}),
    ):
        assert server.http.post(f"/v1/{call}", json={"userId": CUSTOMER, **message}).status_code == 200
    seen = {"anonymousId": DEVICE, "event": "Product Viewed", "properties": {"product_id": "baby-02"}}
    assert server.http.post("/v1/track", json=seen).status_code == 200
    refused = {"userId": CUSTOMER, "event": "Product Viewed", "properties": {"note": "refused-of-erase-me"}}
    assert server.http.post("/v1/track", json=refused).status_code == 422
    wishes = {"preferences": {"disliked_products": ["wished-for-thing"]}}
    assert server.http.put(f"/v1/customers/{CUSTOMER}/preferences", json=wishes).status_code == 200
    asked = {"customer_id": CUSTOMER, "anonymous_id": DEVICE, "placements": [{"name": "homepage"}]}
    assert server.http.post("/v1/recommendations", json=asked).status_code == 200


def _holding(data: Path, *texts: bytes) -> set[str]:
    files = [Path(folder, name) for folder, _, names in os.walk(data) for name in names]
    return {path.name for path in files if path.is_file() and any(text in _bytes(path) for text in texts)}


def _bytes(path: Path) -> bytes:
    with contextlib.suppress(FileNotFoundError):  # an analysis that is replaced goes with its folder
        return path.read_bytes()
    return b""


def _wait(done: Callable[[], object], seconds: float = 300.0) -> None:
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if done():
            return
        time.sleep(0.05)
    raise AssertionError("not within the time")
