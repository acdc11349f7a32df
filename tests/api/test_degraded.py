"""With less at hand answers come all the same and say what was missing; what cannot be kept is not acknowledged."""

import resource
import shutil
import sqlite3
import time
from pathlib import Path

from api.settings import loaded_settings
from graph.log.writer import ASIDE_LINGER, MAX_ASIDE
from tests.api.in_process import InProcess
from tests.api.served import Served
from tests.api.shop import PRODUCTS

ASKED = {"customer_id": "dairy-lover-1", "placements": [{"name": "homepage", "k": 5}]}


def test_without_a_published_version_answers_come_from_the_catalogue(data: Path) -> None:
    shutil.rmtree(data / "embeddings")
    with InProcess(loaded_settings(data=data)) as app:
        places = [{"name": name, "k": 5, "product_id": "baby-01"} for name in app.engine.recommender.placements.places]
        app.view("party-01", userId="dairy-lover-1")
        body = app.post("/v1/recommendations", ASKED | {"placements": places, "explain": True}).json()
        assert body["degraded"] == ["embeddings"] and body["versions"]["embeddings"] == "none"
        assert all(item["product_id"] in PRODUCTS for place in body["placements"] for item in place["items"])
        assert len(body["placements"][0]["items"]) == 5
        strip = app.get("/v1/products/baby-01/recommendations?customer_id=dairy-lover-1").json()
        assert strip["degraded"] == ["embeddings"] and strip["placements"][0]["items"]
        assert app.get("/v1/products/baby-01/similar").json()["products"] == []
        assert app.get("/v1/customers/dairy-lover-1/similar").json()["customers"] == []
        assert app.get("/v1/customers/dairy-lover-1").status_code == 200


def test_a_full_queue_of_answers_is_said_and_empties_again(app: InProcess) -> None:
    other = sqlite3.connect(app.engine.settings.data / "log.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")  # now nothing can be written
    record, at = app.engine.ledger.record, app.engine.now()
    for part in range(2):  # the writer takes some out before it waits: what it took is filled in again
        kept = [record(f"filler {part} {number}", None, at, b"") for number in range(MAX_ASIDE + 600)]
        assert not all(kept)
        time.sleep(4 * ASIDE_LINGER)
    body = app.post("/v1/recommendations", ASKED).json()
    assert body["degraded"] == ["recording"] and len(body["placements"][0]["items"]) == 5
    other.execute("ROLLBACK")
    other.close()
    while not app.engine.ledger.record("one more", None, at, b""):
        app.get("/healthz")
    assert app.post("/v1/recommendations", ASKED).json()["degraded"] == []


def test_past_its_deadline_an_answer_is_filled_from_cheap_sources(app: InProcess) -> None:
    places = [{"name": "discover", "k": 3} for _ in range(10)]
    body = app.post("/v1/recommendations", ASKED | {"placements": places, "deadline_ms": 1, "explain": True}).json()
    assert body["degraded"] == ["deadline"]
    assert set(body["placements"][-1]["trace"]["candidates"]) <= {"popular", "same_content", "buy_again"}
    assert app.post("/v1/recommendations", ASKED | {"deadline_ms": 10_000}).json()["degraded"] == []


def test_without_profiles_a_customer_is_answered_as_a_stranger(data: Path) -> None:
    with InProcess(loaded_settings(data=data)) as app:
        stranger = app.shown(customer_id="stranger", k=5)
        for suffix in ("", "-wal"):
            file = data / f"profiles.db{suffix}"
            if file.exists():
                file.write_bytes(b"no database " * 1000)
        body = app.post("/v1/recommendations", ASKED).json()
        assert body["degraded"] == ["profile"]
        assert [item["product_id"] for item in body["placements"][0]["items"]] == stranger
        answer = app.get("/v1/customers/dairy-lover-1")
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
        assert "profiles" in answer.json()["detail"]


def test_while_the_disk_takes_no_more_writes_are_turned_away_and_reads_go_on(server: Served) -> None:
    view = {"userId": "new", "event": "Product Viewed", "properties": {"product_id": "baby-01"}}
    assert server.http.post("/v1/track", json=view).status_code == 200
    _, hard = resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (1, hard))  # no file may grow: as on a full disk
    for _ in range(3):
        refused = server.http.post("/v1/track", json=view)
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
        assert refused.headers["content-type"] == "application/problem+json"
        assert "nothing was kept" in refused.json()["detail"]
        read = server.http.post("/v1/recommendations", json=ASKED)
        assert (read.status_code, read.json()["degraded"]) == (200, [])
        assert server.http.get("/v1/customers/new").json()["counts"] == {"Viewed": 1}
    resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (hard, hard))
    assert server.http.post("/v1/track", json=view).json()["accepted"] == 1
    assert server.http.get("/v1/customers/new").json()["counts"] == {"Viewed": 2}
