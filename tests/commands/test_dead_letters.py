"""patron dead-letters: refused messages are listed, shown, mended, read again and dropped."""

import json
import shutil
import time
from pathlib import Path
from typing import Any

import pytest

from api.settings import loaded_settings
from graph import START
from graph.data_folder import DataFolder
from graph.events.family import AddedToCart, Event
from graph.log.sqlite_log import SqliteEventLog
from tests.api.in_process import InProcess
from tests.commands.called import Called, call
from tests.graph.log.kafka_topics import Topics

ADDED: dict[str, Any] = {"type": "track", "userId": "new", "event": "Product Added"}
MILK = {"product_id": "milk", "quantity": -1}
BAD: list[dict[str, Any]] = [
    ADDED | {"properties": MILK},
    ADDED | {"properties": MILK | {"quantity": "many"}},
    ADDED | {"properties": {"product_id": "x" * 70_000}},
]


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with three refused messages of a batch and one of the catalogue."""
    data = tmp_path_factory.mktemp("refused") / "data"
    with InProcess(loaded_settings(data=data)) as app:
        app.post("/v1/batch", {"batch": BAD})
        app.put("/v1/products", {"products": [{"product_id": "milk", "price": -1}]})
    return data


@pytest.fixture
def data(refused: Path, tmp_path: Path) -> Path:
    return shutil.copytree(refused, tmp_path / "data")


def letters(capsys: pytest.CaptureFixture[str], data: Path, *arguments: str) -> Called:
    verb, *rest = arguments
    return call(capsys, "dead-letters", verb, "--data", str(data), *rest)


def logged(data: Path) -> list[Event]:
    log = SqliteEventLog(DataFolder(data).log)
    found, _ = log.read(START)
    log.close()
    return [one.event for one in found]


def test_they_are_listed_with_the_reason_the_newest_first(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = letters(capsys, data, "list").out.splitlines()
    assert "products[0].price: got -1, expected a number of at least 0" in lines[0]
    assert "batch[0].properties.quantity: got -1, expected a number of at least 0" in lines[3]
    assert lines[-1] == "4 of 4 refused messages that are kept"
    found = letters(capsys, data, "list", "--source", "segment", "--limit", "1", "--json").json
    (letter,) = found["letters"]
    assert (found["total"], letter["source"], letter["customer"]) == (3, "segment", "user:new")
    assert letters(capsys, data, "list", "--since", "2090-01-01T00:00:00Z", "--json").json["total"] == 0


def test_one_is_shown_as_it_came(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shown = letters(capsys, data, "show", "1")
    assert json.loads(shown.out) == BAD[0]
    assert "got -1" in shown.err
    assert "cannot be read again" in letters(capsys, data, "show", "3").err
    assert letters(capsys, data, "show", "3", "--json").json["replayable"] is False
    missing = letters(capsys, data, "show", "99")
    assert (missing.code, missing.err) == (1, "patron: no dead letter with id '99'\n")


def test_what_is_still_wrong_stays_when_it_is_read_again(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    done = letters(capsys, data, "replay", "--json").json
    assert done == {"letters": 4, "replayed": 0, "refused": 3, "unreadable": 1, "accepted": 0, "duplicates": 0}
    assert letters(capsys, data, "list", "--json").json["total"] == 4
    assert logged(data) == []


def test_a_mended_message_becomes_the_event_it_would_have_been(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mended = tmp_path / "mended.json"
    mended.write_text(json.dumps(ADDED | {"properties": MILK | {"quantity": 2}}))
    received = letters(capsys, data, "show", "1", "--json").json["received"]
    said = letters(capsys, data, "replay", "1", "--with", str(mended))
    assert "1 read again: 1 are events now (1 new, 0 known already)" in said.out
    (event,) = logged(data)
    assert isinstance(event, AddedToCart) and (event.quantity, event.history) == (2.0, True)
    assert received.startswith(letters(capsys, data, "show", "2", "--json").json["received"][:19])
    assert letters(capsys, data, "show", "1").code == 1


def test_they_are_dropped_one_by_one_by_source_or_all(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert letters(capsys, data, "drop").code == 2
    assert letters(capsys, data, "drop", "1", "--json").json == {"dropped": 1}
    assert letters(capsys, data, "drop", "--source", "segment", "--json").json == {"dropped": 2}
    assert letters(capsys, data, "list", "--json").json["total"] == 1
    assert letters(capsys, data, "drop", "--all").out == "1 refused messages dropped\n"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("list", "--since", "yesterday"), "--since: got 'yesterday', expected an ISO 8601"),
        (("replay", "--with", __file__), "say its NUMBER"),
        (("replay", "99"), "no dead letter with id '99'"),
    ],
)
def test_a_wrong_call_is_told_in_one_line(
    data: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], told: str
) -> None:
    called = letters(capsys, data, *arguments)
    assert called.code and told in called.err and called.err.count("\n") == 1


@pytest.fixture
def imported(tmp_path: Path, bookshop: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """A data folder into which the bookshop was imported, its files beside it."""
    shutil.copytree(bookshop, tmp_path / "shop")
    mapping, data = str(tmp_path / "shop" / "mapping.yaml"), tmp_path / "data"
    told = call(capsys, "import", "--mapping", mapping, "--data", str(data)).out
    assert "19 of them kept as dead letters" in told
    return data


def test_a_refused_row_of_a_file_is_listed_and_shown(imported: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = letters(capsys, imported, "list", "--source", "bookshop").out.splitlines()
    assert any(
        line.endswith("orders-2026.csv row 8: quantity: got '-1', expected a number of 0 or more") for line in lines
    )
    assert lines[-1] == "19 of 19 refused messages that are kept"
    shown = letters(capsys, imported, "show", "8")
    assert json.loads(shown.out)["quantity"] == "-1"
    assert shown.err.endswith("it is read again when orders-2026.csv is imported again\n")
    said = letters(capsys, imported, "show", "8", "--json").json
    assert (said["file"], said["row"], said["replayable"]) == ("orders-2026.csv", 8, False)


def test_a_mended_row_is_taken_by_importing_its_file_again(imported: Path, capsys: pytest.CaptureFixture[str]) -> None:
    again = letters(capsys, imported, "replay", "8")
    assert (
        again.err
        == "patron: NUMBER: got 8, expected a message: orders-2026.csv row 8 is read again by `patron import`\n"
    )
    assert "19 unreadable" in letters(capsys, imported, "replay").out
    before = len(logged(imported))
    orders = imported.parent / "shop" / "orders-2026.csv"
    orders.write_text(orders.read_text().replace(";-1;", ";1;"))
    mapping = str(imported.parent / "shop" / "mapping.yaml")
    done = call(capsys, "import", "--json", "--mapping", mapping, "--data", str(imported)).json
    assert (done["accepted"], done["refused"], done["letters"]) == (1, 18, 18)
    assert len(logged(imported)) == before + 1
    assert letters(capsys, imported, "show", "8").err == "patron: no dead letter with id '8'\n"
    assert letters(capsys, imported, "list", "--json").json["total"] == 18


def test_a_server_tells_of_the_rows_an_import_refused(imported: Path) -> None:
    with InProcess(loaded_settings(data=imported)) as app:
        found = app.get("/v1/dead-letters?k=100&source=bookshop").json()
        assert (found["total"], found["letters"][0]["file"]) == (19, "clicks.jsonl")
        (source,) = app.get("/v1/quality").json()["sources"]
        assert (source["source"], source["dead_letters"], source["refused"]) == ("bookshop", 19, 0)
        assert app.post("/v1/dead-letters/replay", {}).json()["unreadable"] == 19
        export = app.get("/v1/customers/carl@example.org/export").json()
        assert "orders-2026.csv row 8: quantity" in {one["refusal"]["field"] for one in export["refused"]}


def test_a_folder_that_is_served_is_left_to_its_server(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with DataFolder(data).exclusive():
        called = letters(capsys, data, "replay")
        assert (called.code, "POST /v1/dead-letters/replay" in called.err) == (1, True)
        assert letters(capsys, data, "list", "--json").json["total"] == 4


def test_those_beside_a_topic_are_read_mended_and_dropped_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], kafka_topics: Topics, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, url = tmp_path / "data", kafka_topics.url_for(tmp_path)
    with InProcess(loaded_settings(data=data, log=url)) as app:
        app.post("/v1/batch", {"batch": BAD})
        while app.engine.dead_letters.count() < len(BAD):  # they are written behind the events
            time.sleep(0.01)
        assert letters(capsys, data, "list", "--json").json["total"] == 3
        assert letters(capsys, data, "drop", "2", "--json").json == {"dropped": 1}
    assert json.loads(letters(capsys, data, "show", "1").out) == BAD[0]
    mended = tmp_path / "mended.json"
    mended.write_text(json.dumps(ADDED | {"properties": MILK | {"quantity": 2}}))
    refused = letters(capsys, data, "replay", "1", "--with", str(mended))
    assert refused.code == 1 and "PATRON_LOG" in refused.err and "Traceback" not in refused.err
    monkeypatch.setenv("PATRON_LOG", url)
    done = letters(capsys, data, "replay", "1", "--with", str(mended), "--json").json
    assert (done["replayed"], done["accepted"]) == (1, 1)
    assert letters(capsys, data, "drop", "--all", "--json").json == {"dropped": 1}
    assert letters(capsys, data, "list", "--json").json["total"] == 0
