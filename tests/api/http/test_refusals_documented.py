"""docs/refusals.md: each row is what the server answers, and each place that refuses has its row."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api.settings import loaded_settings
from graph import InvalidValue
from tests.api.http.refusals import SENT
from tests.api.in_process import InProcess

ROOT = Path(__file__).parents[3]
ROWS = [
    [cell.strip().replace("\\|", "|") for cell in line.strip("| ").split(" | ")]
    for line in (ROOT / "docs" / "refusals.md").read_text().splitlines()
    if line.startswith("| ") and line.split(" | ")[1].isdecimal()
]
READING = (
    *(ROOT / "graph" / "events").rglob("*.py"),
    *(ROOT / "graph" / name for name in ("ids.py", "instants.py")),
    ROOT / "api" / "http" / "bodies.py",
)
NOT_FROM_A_BODY = {"codec.py", "rereading.py"}
"""Stored rows, and messages that are read again."""

UNREACHABLE = {
    "graph/events/segment/bodies.py: call",  # the routes are the calls
}


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InProcess]:
    with InProcess(loaded_settings(data=tmp_path_factory.mktemp("bare") / "data")) as app:
        yield app


def refused(app: InProcess, name: str) -> list[str]:
    """The row of one refusal: its name, status, field, value and what was expected."""
    asked = SENT[name]
    answer = app.ask(asked.method, asked.path, content=asked.body, headers=asked.headers)
    told: dict[str, Any] = answer.json()
    value = " ".join(str(told["value"]).split())
    return [name, str(answer.status_code), f"`{told['field']}`", f"`{value[:40]}`", told["expected"]]


@pytest.mark.parametrize("name", SENT)
def test_a_refusal_is_the_documented_one(bare: InProcess, name: str) -> None:
    before = bare.engine.log.end()
    row = refused(bare, name)
    assert row in ROWS, f"docs/refusals.md should say: | {' | '.join(row)} |"
    assert bare.engine.log.end() == before


def test_no_row_is_of_another_time() -> None:
    assert [row[0] for row in ROWS] == list(SENT)


def test_every_place_that_refuses_is_provoked(bare: InProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    provoked: set[tuple[str, int]] = set()
    plain = InvalidValue.__init__

    def noted(self: InvalidValue, field: str, value: Any, expected: str) -> None:
        frame = sys._getframe(1)
        provoked.add((frame.f_code.co_filename, frame.f_lineno))
        plain(self, field, value, expected)

    monkeypatch.setattr(InvalidValue, "__init__", noted)
    for name in SENT:
        refused(bare, name)
    silent = []
    for path in READING:
        if path.name in NOT_FROM_A_BODY:
            continue
        for call in _refusals(path):
            lines = range(call.lineno, (call.end_lineno or call.lineno) + 1)
            if not any((str(path), line) in provoked for line in lines):
                silent.append(f"{path.relative_to(ROOT)}: {ast.unparse(call.args[0]).strip(chr(39))}")
    assert set(silent) == UNREACHABLE


KEYS = {"secret_key": "s" * 32, "publishable_key": "p" * 32}
WHATEVER = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in (ROOT / "docs" / "refusals.md").read_text().partition("\n## Whatever the body holds\n")[2].splitlines()
    if line.startswith("| ") and line.split("|")[1].strip().isdecimal()
]


def said_of_any_body(status: int) -> tuple[str, str]:
    """What the page says an answer of this status names: the field, and what was expected."""
    ((_, _, field, expected),) = [row for row in WHATEVER if row[0] == str(status)]
    return field.strip("`"), expected


@pytest.mark.parametrize(
    ("status", "key"), [(401, "nobody's"), (403, KEYS["publishable_key"]), (429, KEYS["secret_key"])]
)
def test_what_is_told_of_any_body_is_documented(tmp_path: Path, status: int, key: str) -> None:
    chose = {
        "type": "track",
        "userId": "42",
        "event": "Consent Changed",
        "properties": {"consents": {"marketing": True}},
    }
    with InProcess(
        loaded_settings(data=tmp_path / "data", events_per_second=1, **KEYS), authorization=f"Bearer {key}"
    ) as app:
        app.post("/v1/batch", {"batch": [chose] * (status == 429) * 20})
        answer = app.post("/v1/batch", {"batch": [chose]})
    field, expected = said_of_any_body(status)
    told = answer.json()
    assert (answer.status_code, told["field"]) == (status, field)
    assert told["expected"] == expected.replace("50000", "1")


def test_what_a_page_may_not_say_is_documented(tmp_path: Path) -> None:
    event = '{"specversion": "1.0", "id": "%s", "source": "s", "type": "com.patron.%s", "subject": "4", "data": %s}'
    events = [event % ("1", "Viewed", '{"product_id": "milk"}'), event % ("2", "Delivered", '{"campaign": "c"}')]
    headers = {"content-type": "application/cloudevents-batch+json"}
    asked = loaded_settings(data=tmp_path / "data", **KEYS)
    with InProcess(asked, authorization=f"Bearer {KEYS['publishable_key']}") as app:
        answer = app.ask("POST", "/v1/events", content=f"[{','.join(events)}]", headers=headers)
    (told,) = answer.json()["refused"]
    assert (answer.status_code, told["field"], told["expected"]) == (200, *said_of_any_body(200))


def test_every_answer_that_names_no_value_is_documented() -> None:
    """What `problems.py` says it expected, and of the log that cannot be written."""
    cells = " ".join(row[3] for row in WHATEVER) + " ".join(row[4] for row in ROWS)
    tree = ast.parse((ROOT / "api" / "http" / "problems.py").read_text())
    found = [
        part.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == "expected"
        for part in ast.walk(node.value)
        if isinstance(part, ast.Constant)
    ]
    assert len(found) >= 5
    for text in (*found, "the event log cannot be written; nothing was kept"):
        assert str(text).strip() in cells, text
    assert said_of_any_body(408)[1] in found


def _refusals(path: Path) -> Iterator[ast.Call]:
    """Where a file makes an InvalidValue."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "InvalidValue":
            yield node
