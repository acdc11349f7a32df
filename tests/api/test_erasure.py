"""Erasure to the last byte: once the worker has caught up, no file holds what a customer did or said."""

import contextlib
import os
import time
from collections.abc import Callable
from pathlib import Path

from tests.api.served import Served

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
