"""Intake: refused messages are told of and taken in again, the quality of each source is counted, rates are kept."""

import asyncio
import sqlite3
from typing import Any

import pytest
from pydantic import SecretStr

from api.settings import Settings
from graph import DAY, Instant, iso
from graph.log.dead_letters import Retention
from tests.api.in_process import InProcess
from tests.api.routes.test_operation import metric

SECRET, PUBLISHABLE = "s" * 32, "p" * 32
NONE = {"letters": 0, "replayed": 0, "refused": 0, "unreadable": 0, "accepted": 0, "duplicates": 0}
BOT = {"userAgent": "Mozilla/5.0 (compatible; Googlebot/2.1)"}


def settle(app: InProcess) -> None:
    """Wait for what was queued behind the events: a commit that comes after it."""
    app.view("baby-01", userId="somebody else")


def mend(app: InProcess, wrong: str, right: str) -> None:
    """What a newer version or a mapping set right does: the letters can be read from now on."""
    settle(app)
    connection = sqlite3.connect(app.engine.settings.data / "log.db")
    with connection:
        for number, payload in connection.execute("SELECT number, payload FROM dead_letter").fetchall():
            mended = payload.replace(wrong.encode(), right.encode())
            connection.execute("UPDATE dead_letter SET payload = ? WHERE number = ?", (mended, number))
    connection.close()


def test_a_refused_message_is_told_of_with_all_that_is_known(app: InProcess) -> None:
    app.view("baby-01", userId="new", properties={"product_id": 7})
    settle(app)
    body = app.get("/v1/dead-letters?source=segment&k=5").json()
    (letter,) = body["letters"]
    assert body["total"] == 1
    assert (letter["field"], letter["value"], letter["expected"]) == ("properties.product_id", "7", "a string")
    assert (letter["customer"], letter["replayable"]) == ("user:new", True)
    assert app.get("/v1/dead-letters?source=cloudevents").json() == {"total": 0, "letters": []}


def test_letters_that_can_be_read_now_are_events_as_of_when_they_came_and_start_nothing(app: InProcess) -> None:
    app.view("baby-01", userId="new", event="Product Added", properties={"product_id": "baby-01", "quantity": -1})
    mend(app, '"quantity":-1', '"quantity": 1')
    first = app.post("/v1/dead-letters/replay", {}).json()
    assert first == NONE | {"letters": 1, "replayed": 1, "accepted": 1}
    assert app.get("/v1/customers/new").json()["counts"] == {"AddedToCart": 1}
    assert app.get("/v1/customers/new").json()["session"] == []
    settle(app)
    assert app.post("/v1/dead-letters/replay", {}).json() == NONE
    assert app.get("/v1/dead-letters").json()["total"] == 0


def test_a_letter_replayed_twice_counts_once(app: InProcess) -> None:
    app.view("baby-01", userId="new", event="Product Added", properties={"product_id": "baby-01", "quantity": -1})
    mend(app, '"quantity":-1', '"quantity": 1')
    app.engine.dead_letters.drop = lambda numbers: 0  # type: ignore[method-assign]  # the process died before
    assert app.post("/v1/dead-letters/replay", {}).json()["accepted"] == 1
    assert app.post("/v1/dead-letters/replay", {}).json() == NONE | {"letters": 1, "replayed": 1, "duplicates": 1}
    assert app.get("/v1/customers/new").json()["counts"] == {"AddedToCart": 1}


def test_letters_are_kept_up_to_a_number_and_an_age(app: InProcess) -> None:
    app.post("/v1/batch", {"batch": [{"type": "dance", "userId": str(number)} for number in range(10)]})
    settle(app)
    now = app.engine.now()
    app.engine.dead_letters.prune(Retention(3, 30), now)
    settle(app)
    assert [letter["index"] for letter in app.get("/v1/dead-letters").json()["letters"]] == [9, 8, 7]
    app.engine.dead_letters.prune(Retention(3, 30), Instant(now + 31 * DAY))
    settle(app)
    assert app.get("/v1/dead-letters").json()["total"] == 0


def test_a_server_lets_go_of_what_is_too_many_by_itself(settings: Settings) -> None:
    with InProcess(settings) as app:
        app.post("/v1/batch", {"batch": [{"type": "dance", "userId": str(number)} for number in range(5)]})
    with InProcess(settings.model_copy(update={"dead_letters": 2, "poll_seconds": 0.01})) as app:
        app.run(asyncio.sleep(0.3))
        settle(app)
        assert app.get("/v1/dead-letters").json()["total"] == 2


def test_the_quality_of_a_source_is_counted(app: InProcess) -> None:
    now = app.engine.now()
    batch: list[dict[str, Any]] = [
        {"type": "track", "userId": "u", "event": "Product Viewed", "properties": {"product_id": product}, **more}
        for product, more in (
            ("baby-01", {}),
            ("baby-01", {"messageId": "m"}),
            ("baby-01", {"messageId": "m"}),
            ("nobody knows", {}),
            ("baby-01", {"context": BOT}),
            ("baby-01", {"timestamp": iso(Instant(now - 3 * DAY))}),
            ("", {}),
        )
    ]
    app.post("/v1/batch", {"batch": [*batch, {"type": "track"}], "sentAt": iso(Instant(now - DAY // 2))})
    settle(app)
    (source,) = app.get("/v1/quality").json()["sources"]
    assert source == {
        "source": "segment",
        "accepted": 6,
        "duplicates": 1,
        "late": 1,
        "bots": 1,
        "unknown_products": 1,
        "unknown_product_ids": ["nobody knows"],
        "clocks_corrected": 1,
        "refused": 2,
        "refused_by_field": {"properties.product_id": 1, "userId": 1},
        "dead_letters": 2,
    }
    for finding in ("late", "bot", "unknown_product", "clock_corrected"):
        assert metric(app, "patron_event_quality_total", source="segment", finding=finding) == 1
    assert metric(app, "patron_refused_total", source="segment", field="userId") == 1


def test_a_bot_teaches_nothing(app: InProcess) -> None:
    app.view("baby-01", userId="crawler", context=BOT)
    assert app.get("/v1/customers/crawler").status_code == 404


def test_a_key_that_sends_too_much_is_turned_away_and_told_when_to_come_back(settings: Settings) -> None:
    limited = settings.model_copy(
        update={
            "events_per_second": 1,
            "secret_key": SecretStr(SECRET),
            "publishable_key": SecretStr(PUBLISHABLE),
        }
    )
    view = {"type": "track", "userId": "new", "event": "Product Viewed", "properties": {"product_id": "baby-01"}}
    secret, publishable = ({"authorization": f"Bearer {key}"} for key in (SECRET, PUBLISHABLE))
    with InProcess(limited) as app:
        assert app.post("/v1/batch", {"batch": [view] * 12}, headers=secret).json()["accepted"] == 12
        before = app.engine.log.end()
        for path in ("/v1/track", "/v1/batch", "/v1/events"):
            refused = app.post(path, view, headers=secret)
            assert (refused.status_code, refused.headers["retry-after"]) == (429, "3")
            assert refused.json()["expected"] == "at most 1 events a second with this key"
        assert app.put("/v1/products", {"products": []}, headers=secret).status_code == 429
        assert app.engine.log.end() == before
        assert app.post("/v1/track", view, headers=publishable).status_code == 200
        assert app.get("/v1/customers/new", headers=secret).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/v1/batch", b'{"batch": [' + b",".join([b"{}"] * 5_001) + b"]}", 422),
        ("POST", "/v1/track", b"{", 422),
        ("POST", "/v1/track", b" " * 3_000_000, 413),
        ("POST", "/v1/events", b"[]", 422),
        ("PUT", "/v1/products", b"{}", 422),
        ("PUT", "/v1/customers/new/preferences", b'{"preferences": {"size": "XL"}}', 200),
        ("PUT", "/v1/customers/new/preferences", b"{", 422),
        ("PUT", "/v1/customers/new/consents", b'{"consents": {"marketing": true}}', 200),
    ],
)
def test_every_body_counts_against_the_rate_whatever_becomes_of_it(
    settings: Settings, method: str, path: str, body: bytes, status: int
) -> None:
    limited = settings.model_copy(update={"events_per_second": 1, "max_body_bytes": 2_000_000})
    with InProcess(limited) as app:
        told = [app.ask(method, path, content=body).status_code for _ in range(14)]
    assert told[:10] == [status] * 10 and told[-1] == 429


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/v1/dead-letters"), ("POST", "/v1/dead-letters/replay"), ("GET", "/v1/quality")]
)
def test_what_came_in_is_for_the_secret_key(settings: Settings, method: str, path: str) -> None:
    keys = {"secret_key": SecretStr(SECRET), "publishable_key": SecretStr(PUBLISHABLE)}
    with InProcess(settings.model_copy(update=keys)) as app:
        assert app.ask(method, path, headers={"authorization": f"Bearer {PUBLISHABLE}"}).status_code == 403
        assert app.ask(method, path).status_code == 401
