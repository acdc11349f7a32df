"""Keys: who may call what, and the mode without any."""

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from api.settings import loaded_settings
from tests.api.in_process import InProcess
from tests.api.served import served

SECRET, PUBLISHABLE = "secret-" + "s" * 32, "publishable-" + "p" * 32
VIEW = {"userId": "new", "event": "Product Viewed", "properties": {"product_id": "baby-01"}}
CLOUD = {"content-type": "application/cloudevents+json"}
PRODUCT_CHANGED = {
    "specversion": "1.0",
    "id": "1",
    "source": "page",
    "type": "com.patron.ProductChanged",
    "data": {"product_id": "baby-01", "price": 1},
}

FOR_PAGES: list[tuple[str, str, Any]] = [
    ("POST", "/v1/track", VIEW),
    ("POST", "/v1/batch", {"batch": [VIEW | {"type": "track"}]}),
    ("POST", "/v1/recommendations", {"customer_id": "new", "placements": [{"name": "homepage"}]}),
    ("GET", "/v1/products/baby-01/recommendations", None),
    ("GET", "/v1/products/baby-01/similar", None),
]
FOR_SERVERS: list[tuple[str, str, Any]] = [
    ("GET", "/v1/customers/baby-lover-1", None),
    ("GET", "/v1/customers/baby-lover-1/similar", None),
    ("GET", "/v1/customers/baby-lover-1/preferences", None),
    ("PUT", "/v1/customers/baby-lover-1/preferences", {"preferences": {}}),
    ("GET", "/v1/customers/baby-lover-1/consents", None),
    ("PUT", "/v1/customers/baby-lover-1/consents", {"consents": {}}),
    ("DELETE", "/v1/customers/nobody", None),
    ("PUT", "/v1/customers", {"customers": []}),
    ("PUT", "/v1/products", {"products": []}),
]


def bearer(key: str) -> dict[str, str]:
    return {"authorization": f"Bearer {key}"}


def basic(key: str) -> dict[str, str]:
    return {"authorization": "Basic " + base64.b64encode(f"{key}:".encode()).decode()}


@pytest.fixture
def locked(data: Path) -> Iterator[InProcess]:
    """The application with both keys."""
    settings = loaded_settings(
        data=data,
        secret_key=SecretStr(SECRET),
        publishable_key=SecretStr(PUBLISHABLE),
        cors_origins=("https://shop.example",),
    )
    with InProcess(settings) as running:
        yield running


def test_a_page_may_track_and_recommend_and_nothing_else(locked: InProcess) -> None:
    for method, path, body in FOR_PAGES:
        assert locked.ask(method, path, json=body, headers=bearer(PUBLISHABLE)).status_code == 200, path
    for method, path, body in FOR_SERVERS:
        answer = locked.ask(method, path, json=body, headers=bearer(PUBLISHABLE))
        assert (answer.status_code, answer.json()["field"]) == (403, "Authorization"), path
        assert "publishable" in answer.json()["detail"]


def test_the_secret_key_may_do_everything(locked: InProcess) -> None:
    for method, path, body in FOR_PAGES + FOR_SERVERS:
        for header in (bearer(SECRET), basic(SECRET)):
            assert locked.ask(method, path, json=body, headers=header).status_code == 200, path


@pytest.mark.parametrize(
    "headers",
    [{}, bearer("wrong"), bearer(""), basic("wrong"), {"authorization": "Basic !"}, {"authorization": "Digest x"}],
    ids=["none", "wrong", "empty", "wrong user", "no base64", "another scheme"],
)
def test_without_a_key_nothing_is_answered_or_kept(locked: InProcess, headers: dict[str, str]) -> None:
    before = locked.engine.log.end()
    for method, path, body in FOR_PAGES + FOR_SERVERS:
        answer = locked.ask(method, path, json=body, headers=headers)
        assert (answer.status_code, answer.json()["field"]) == (401, "Authorization"), path
        assert answer.headers["www-authenticate"].startswith("Basic")
    assert locked.engine.log.end() == before


def test_operation_needs_no_key(locked: InProcess) -> None:
    for path in ("/healthz", "/readyz", "/metrics", "/openapi.json", "/docs"):
        assert locked.get(path).status_code == 200
    assert locked.get("/readyz").json()["mode"] == "production"


def test_a_page_may_not_change_the_catalogue_through_an_event(locked: InProcess) -> None:
    version = locked.engine.catalogue.version
    answer = locked.post("/v1/events", PRODUCT_CHANGED, headers=bearer(PUBLISHABLE) | CLOUD)
    assert (answer.status_code, answer.json()["field"]) == (403, "Authorization")
    assert "ProductChanged" in answer.json()["detail"]
    assert locked.engine.catalogue.version == version
    assert locked.post("/v1/events", PRODUCT_CHANGED, headers=bearer(SECRET) | CLOUD).json()["accepted"] == 1
    assert locked.engine.catalogue.version != version


def test_of_a_page_s_batch_only_what_it_may_say_is_kept(locked: InProcess) -> None:
    viewed = PRODUCT_CHANGED | {"id": "2", "type": "com.patron.Viewed", "subject": "new"}
    viewed["data"] = {"product_id": "baby-01"}
    headers = bearer(PUBLISHABLE) | {"content-type": "application/cloudevents-batch+json"}
    body = locked.post("/v1/events", [PRODUCT_CHANGED, viewed], headers=headers).json()
    assert body["accepted"] == 1
    assert [(one["index"], one["field"], one["value"]) for one in body["refused"]] == [(0, "type", "ProductChanged")]


def test_pages_of_the_named_origins_may_call_from_a_browser(locked: InProcess) -> None:
    wanted = {"access-control-request-method": "POST", "access-control-request-headers": "authorization,content-type"}
    asked = locked.ask("OPTIONS", "/v1/recommendations", headers=wanted | {"origin": "https://shop.example"})
    assert asked.status_code == 200
    assert asked.headers["access-control-allow-origin"] == "https://shop.example"
    refused = locked.ask("OPTIONS", "/v1/recommendations", headers=wanted | {"origin": "https://other.example"})
    assert "access-control-allow-origin" not in refused.headers
    answer = locked.get(
        "/v1/products/nothing/similar", headers=bearer(PUBLISHABLE) | {"origin": "https://shop.example"}
    )
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (404, "https://shop.example")


def test_no_origin_is_named_unless_one_is_set(app: InProcess) -> None:
    assert "access-control-allow-origin" not in app.get("/readyz", headers={"origin": "https://shop.example"}).headers


def test_development_mode_announces_itself_in_every_answer(app: InProcess, locked: InProcess) -> None:
    for path in ("/readyz", "/v1/customers/nobody", "/nowhere"):
        assert app.get(path).headers["patron-mode"] == "development"
        assert "patron-mode" not in locked.get(path).headers


def test_development_mode_announces_itself_in_the_log_and_keys_are_never_there(data: Path) -> None:
    with served(data, worker="false") as server:
        assert "development mode" in server.said()
    with served(data, worker="false", secret_key=SECRET, log_level="debug") as server:
        assert server.http.get("/v1/customers/baby-lover-1", headers=bearer(SECRET)).status_code == 200
        assert "development mode" not in server.said()
    assert SECRET not in server.log.read_text()
