"""The document of the HTTP API says what the server does."""

from pathlib import Path

import pytest

from tests.api.http.test_bad_input import BAD
from tests.api.in_process import InProcess

DOCS = Path(__file__).parents[3] / "docs" / "http-api.md"
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")] for line in DOCS.read_text().splitlines() if line[:2] == "| "
]
ROUTES = [row[0].strip("`") for row in ROWS if len(row) == 3 and row[0].startswith("`")]
REFUSALS = [row for row in ROWS if len(row) == 4 and row[1].isdecimal()]


def test_the_routes_are_those_of_the_openapi_document(shop_app: InProcess) -> None:
    paths = shop_app.get("/openapi.json").json()["paths"]
    assert sorted(ROUTES) == sorted(f"{method.upper()} {path}" for path, methods in paths.items() for method in methods)


@pytest.mark.parametrize("row", REFUSALS, ids=lambda row: str(row[0]))
def test_a_documented_refusal_is_the_real_one(shop_app: InProcess, row: list[str]) -> None:
    name, status, field, expected = row
    bad = BAD[name]
    content = {"content": bad.body} if isinstance(bad.body, bytes) else {"json": bad.body}
    answer = shop_app.ask(bad.method, bad.path, headers=bad.headers, **(content if bad.body is not None else {}))
    problem = answer.json()
    assert [str(problem["status"]), f"`{problem['field']}`", problem["expected"]] == [status, field, expected]


def test_there_are_refusals_in_the_table() -> None:
    assert len(REFUSALS) == 30
