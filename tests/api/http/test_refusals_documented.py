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
READING = (*(ROOT / "graph" / "events").rglob("*.py"), ROOT / "graph" / "ids.py", ROOT / "graph" / "instants.py")
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


def _refusals(path: Path) -> Iterator[ast.Call]:
    """Where a file makes an InvalidValue."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "InvalidValue":
            yield node
