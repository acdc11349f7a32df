"""docs/import.md shows the bookshop as it is and names every field there is."""

from pathlib import Path

import pytest

from graph.instants import parse_instant
from graph.sources import RefusedRow, load_mapping, read_history
from graph.sources.column import UNIX_FORMATS, Column
from graph.sources.mapping import RECORDS, Mapping, Table
from graph.sources.rows.judged import INTERACTION_KINDS

DOCUMENT = (Path(__file__).parents[3] / "docs" / "import.md").read_text(encoding="utf-8")
FOLDER = Path(__file__).parent / "bookshop"


def test_the_mapping_shown_is_the_one_that_is_tested() -> None:
    assert f"```yaml\n{(FOLDER / 'mapping.yaml').read_text(encoding='utf-8')}```" in DOCUMENT


@pytest.mark.parametrize("file", ["orders-2026.csv", "clicks.jsonl", "books.jsonl"])
def test_the_rows_shown_are_in_the_files(file: str) -> None:
    kind = "csv" if file.endswith("csv") else "json"
    blocks = [block.split("```")[0].strip() for block in DOCUMENT.split(f"```{kind}\n")[1:]]
    assert any(block in (FOLDER / file).read_text(encoding="utf-8") for block in blocks)


def test_the_refusals_shown_are_those_made() -> None:
    received = parse_instant("2026-04-01T12:00:00Z")[0]
    items = list(read_history(load_mapping(FOLDER / "mapping.yaml"), FOLDER, received))
    refused = {str(item) for item in items if isinstance(item, RefusedRow)}
    shown = DOCUMENT.split("```text\n")[1].split("```")[0].splitlines()
    assert shown and set(shown) <= refused
    assert f"finds {len(items) - len(refused)} events and refuses {len(refused)} rows" in DOCUMENT


@pytest.mark.parametrize("record", RECORDS)
def test_every_field_of_a_record_is_named_and_what_is_required_is_bold(record: str) -> None:
    row = next(line for line in DOCUMENT.splitlines() if line.startswith(f"| `{record}` |"))
    shared = DOCUMENT.split("*who* is ")[1]
    columns = RECORDS[record].model_fields["columns"].annotation
    assert columns is not None
    for name, field in columns.model_fields.items():
        assert (f"**{name}**" if field.is_required() else name) in row or f"`{name}`" in shared, name


def test_every_key_and_word_of_a_mapping_is_named() -> None:
    tables: set[str] = set().union(*(table.model_fields for table in RECORDS.values()))
    for name in {*Mapping.model_fields, *tables}:
        assert f"`{name}`" in DOCUMENT, name
    for name, field in Column.model_fields.items():
        if name not in ("template", "first"):  # written as a text in braces and as a list
            assert f"{field.alias or name}:" in DOCUMENT, name
    for word in (*UNIX_FORMATS, *INTERACTION_KINDS):
        assert word in DOCUMENT, word


def test_every_kind_of_table_has_a_record() -> None:
    assert set(RECORDS.values()) == set(Table.__args__)
