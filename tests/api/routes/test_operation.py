"""Operation: health, readiness and metrics."""

import re
import shutil
from pathlib import Path

import pytest

from api.settings import loaded_settings
from tests.api.in_process import InProcess
from tests.graph.log.kafka_topics import Topics


def metric(app: InProcess, name: str, **labels: str) -> float:
    """What a metric stands at, 0 where it has not been counted yet."""
    inside = ",".join(f'{label}="{value}"' for label, value in sorted(labels.items()))
    found = re.search(rf"^{re.escape(f'{name}{{{inside}}}')} (\S+)$", app.get("/metrics").text, re.MULTILINE)
    return float(found[1]) if found else 0.0


def test_health_is_said_whatever_is_published(tmp_path: Path) -> None:
    with InProcess(loaded_settings(data=tmp_path)) as app:
        assert app.get("/healthz").json() == {"status": "ok"}
        answer = app.get("/readyz")
        assert answer.status_code == 503
        assert "patron train" in answer.json()["detail"]


def test_readiness_says_what_is_served_and_in_which_mode(app: InProcess) -> None:
    body = app.get("/readyz").json()
    assert (body["status"], body["mode"], body["versions"]["embeddings"]) == ("ready", "development", "v0001")


def test_requests_are_counted_by_route_and_status(app: InProcess) -> None:
    for _ in range(3):
        app.shown(customer_id="dairy-lover-1")
    app.post("/v1/recommendations", {})
    assert metric(app, "patron_requests_total", route="recommendations", status="200") == 3
    assert metric(app, "patron_requests_total", route="recommendations", status="422") == 1
    assert metric(app, "patron_request_seconds_count", route="recommendations") == 4


def test_events_are_counted_by_what_became_of_them(app: InProcess) -> None:
    app.view("baby-01", userId="new", messageId="m1")
    app.view("baby-01", userId="new", messageId="m1")
    app.post("/v1/track", {"event": "Product Viewed"})
    for outcome in ("accepted", "duplicates", "refused"):
        assert metric(app, "patron_events_total", source="segment", outcome=outcome) == 1


def test_degraded_answers_are_counted_by_what_was_missing(tmp_path: Path) -> None:
    with InProcess(loaded_settings(data=tmp_path)) as app:
        assert app.shown(anonymous_id="v") == []
        assert metric(app, "patron_degraded_total", what="embeddings") == 1


def test_unknown_paths_share_one_label(app: InProcess) -> None:
    for number in range(20):
        assert app.get(f"/nowhere/{number}").status_code == 404
    text = app.get("/metrics").text
    assert metric(app, "patron_requests_total", route="none", status="404") == 20
    assert "nowhere" not in text


def test_every_route_has_a_label_of_its_own(app: InProcess) -> None:
    app.get("/healthz")
    app.get("/v1/customers/dairy-lover-1")
    app.put("/v1/products", {"products": []})
    app.post("/v1/identify", {"userId": "x"})
    for route in ("healthz", "customer", "put_products", "identify"):
        assert metric(app, "patron_requests_total", route=route, status="200") == 1


def test_a_server_that_has_not_read_its_topic_is_not_ready(
    shop: Path, tmp_path: Path, kafka_topics: Topics, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("graph.log.kafka.kafka_log.ANSWER_SECONDS", 0.5)
    data, topic = tmp_path / "data", kafka_topics.address_for(tmp_path).topic
    shutil.copytree(shop / "embeddings", data / "embeddings")
    with InProcess(loaded_settings(data=data, log=kafka_topics.url_for(tmp_path), log_partitions=1)) as app:
        app.view("baby-01", userId="new")
        assert app.get("/readyz").status_code == 200, "an event that was answered was read"
    with InProcess(loaded_settings(data=data, log=f"kafka://127.0.0.1:1/{topic}")) as app:
        assert app.get("/healthz").status_code == 200
        answer = app.get("/readyz")
        assert (answer.status_code, "the log has not been read" in answer.json()["detail"]) == (503, True)
