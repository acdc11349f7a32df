"""docs/refusals.md: each row of a file that is refused has its row, and each reason the readers give is among them."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from graph.instants import parse_instant
from graph.sources import RefusedRow, parse_mapping, read_history
from tests.graph.sources.refused_rows import REFUSED

ROOT = Path(__file__).parents[3]
SECTION = (ROOT / "docs" / "refusals.md").read_text(encoding="utf-8").partition("\n## Rows of files\n")[2]
ROWS = [
    [cell.strip() for cell in line.strip("| ").split(" | ")]
    for line in SECTION.partition("\n## ")[0].splitlines()
    if line.startswith("| ") and line.count("`") >= 4
]
RECEIVED = parse_instant("2026-04-01T12:00:00Z")[0]
READING = sorted((ROOT / "graph" / "sources").glob("r*/*.py"))
REFUSING = {"Fault", "refuse", "_unless", "_among"}
SPELLING = {"_length", "_spelling"}


def refused(folder: Path, name: str) -> list[str]:
    """The row of one refusal: its name, field, value and what was expected."""
    asked = REFUSED[name]
    (folder / f"rows.{asked.kind}").write_text("\n".join(asked.lines) + "\n")
    mapping = parse_mapping(f"source: shop\ntables: [{{file: rows.{asked.kind}, {asked.table}}}]")
    items = list(read_history(mapping, folder, RECEIVED))
    (row,) = [item for item in items if isinstance(item, RefusedRow)]
    assert row.row == len(asked.lines) - (asked.kind == "csv")
    assert row.file == f"rows.{asked.kind}"
    return [name, f"`{row.field}`", f"`{str(row.value)[:40]}`", row.expected]


@pytest.mark.parametrize("name", REFUSED)
def test_a_refused_row_is_documented(tmp_path: Path, name: str) -> None:
    row = refused(tmp_path, name)
    assert row in ROWS, f"docs/refusals.md should say: | {' | '.join(row)} |"


def test_no_row_is_of_another_time() -> None:
    assert [row[0] for row in ROWS] == list(REFUSED)


def test_every_reason_the_readers_give_is_among_them() -> None:
    documented = [row[3] for row in ROWS]
    reasons = {reason for path in READING for reason in _reasons(path)}
    assert len(reasons) > 25
    silent = [reason for reason in reasons if not any(re.fullmatch(reason, one) for one in documented)]
    assert silent == []


def _reasons(path: Path) -> Iterator[str]:
    """Patterns of what a file's code says it expected of a row, wherever it says so."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=[*_, ast.Name(id=said)]) if (
                name in REFUSING
            ):
                yield from _assigned(tree, said)
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=[*_, said]) if name in REFUSING:
                yield from _texts(said)
            case ast.Assign(targets=[ast.Name(id="whole")], value=said):  # of a row that is broken
                yield from _texts(said)
            case ast.FunctionDef(name=name) if name in SPELLING:
                for inner in ast.walk(node):
                    if isinstance(inner, ast.Return) and inner.value is not None:
                        yield from _texts(inner.value)


def _assigned(tree: ast.Module, name: str) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and any(isinstance(one, ast.Name) and one.id == name for one in node.targets):
            yield from _texts(node.value)


def _texts(said: ast.expr) -> Iterator[str]:
    match said:
        case ast.Constant(value=str(text)):
            yield re.escape(text)
        case ast.JoinedStr(values=parts):
            yield "".join(re.escape(str(part.value)) if isinstance(part, ast.Constant) else ".+" for part in parts)
        case ast.IfExp(body=one, orelse=other):
            yield from _texts(one)
            yield from _texts(other)
