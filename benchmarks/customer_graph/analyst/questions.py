"""The questions as docs/analyst.md has them: title, statement, and the rows it shows."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import neo4j
import neo4j.time

from benchmarks.customer_graph.analyst.rows import Answer

__all__ = ["DOCUMENT", "Question", "asked", "operators", "questions", "shown", "with_rows"]

DOCUMENT = Path(__file__).parents[3] / "docs" / "analyst.md"
SHOWN_ROWS = 4

_QUESTION = re.compile(r"^### (\d+)\. (.+?)\n\n```cypher\n(.+?)```\n\n((?:\|[^\n]*\n)*)", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Question:
    number: int
    title: str
    statement: str
    rows: str
    """The table of the document, its lines ended."""


def questions(text: str) -> list[Question]:
    """Those of a document, in its order."""
    return [Question(int(number), *rest) for number, *rest in _QUESTION.findall(text)]


def asked(driver: neo4j.Driver, statement: str, database: str | None = None) -> tuple[list[str], Answer]:
    """The names of the answer's columns and its rows, dates as Python has them."""
    found = driver.execute_query(statement, database_=database, routing_=neo4j.RoutingControl.READ)
    return found.keys, [tuple(_plain(value) for value in record.values()) for record in found.records]


def operators(driver: neo4j.Driver, statement: str, database: str | None = None) -> set[str]:
    """The names of the operators in its plan: ``NodeUniqueIndexSeek``, ``Expand(All)``."""
    plan = driver.execute_query(f"EXPLAIN {statement}", database_=database).summary.plan
    return set() if plan is None else {name.partition("@")[0] for name in _names(plan)}


def shown(columns: Sequence[str], rows: Answer) -> str:
    """The first rows as the table the document shows."""
    lines = [columns, ["---"] * len(columns), *([_cell(value) for value in row] for row in rows[:SHOWN_ROWS])]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def with_rows(text: str, tables: dict[int, str]) -> str:
    """The document with these tables under its questions."""

    def replaced(match: re.Match[str]) -> str:
        head = text[match.start() : match.start(4)]
        end = "" if match[4] else "\n"
        return f"{head}{tables[int(match[1])]}{end}"

    return _QUESTION.sub(replaced, text)


def _plain(value: Any) -> Any:
    return value.to_native() if isinstance(value, neo4j.time.Date) else value


def _names(plan: dict[str, Any]) -> Iterator[str]:
    yield plan["operatorType"]
    for child in plan.get("children", ()):
        yield from _names(child)


def _cell(value: Any) -> str:
    if isinstance(value, list):
        return " → ".join(str(each) for each in value)
    if isinstance(value, float) and value == int(value):
        return str(int(value))
    return "" if value is None else str(value)
