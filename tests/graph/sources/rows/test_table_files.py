"""Files become batches of raw columns, whatever their format, and what is broken in them is marked."""

from pathlib import Path

import polars as pl
import pytest

from graph.sources import MappingError, UnreadableFile, parse_mapping
from graph.sources.mapping import Table
from graph.sources.rows.table_files import RawBatch, raw_batches


def products(file: str, **settings: str) -> Table:
    said = "".join(f", {key}: {value}" for key, value in settings.items())
    return parse_mapping(
        f"source: shop\ntables: [{{file: '{file}', record: products{said}, columns: {{product: id}}}}]"
    ).tables[0]


def read(folder: Path, table: Table, *columns: str, batch_rows: int = 1000) -> list[RawBatch]:
    return list(raw_batches(table, folder, columns, batch_rows))


def test_csv_values_stay_text_and_rows_of_the_wrong_width_are_marked(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b'\xef\xbb\xbfid;name\n007;"a;\nb"\n2\n3;c;d\n\n1e3;\xff\n')
    (batch,) = read(tmp_path, products("a.csv", separator="';'"), "name", "id")
    assert batch.frame.columns == ["name", "id"]
    assert batch.frame["id"].to_list() == ["007", "2", "3", None, "1e3"]
    assert batch.frame["name"].to_list() == ["a;\nb", None, "c", None, "\ufffd"]
    assert batch.broken.to_list() == [False, False, True, False, False]


def test_jsonl_reaches_into_objects_and_marks_what_is_no_object(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(
        '{"id": 7, "in": {"a": 1.5}, "x.y": true}\n\n[1]\n{"id": \n{"in": 3, "id": null}\n{"id": "ü"}', encoding="utf-8"
    )
    (batch,) = read(tmp_path, products("a.jsonl"), "id", "in.a", "x.y")
    assert batch.frame["id"].to_list() == ["7", None, None, None, None, "ü"]
    assert batch.frame["in.a"].to_list() == ["1.5", None, None, None, None, None]
    assert batch.frame["x.y"][0] == "true"
    assert batch.broken.to_list() == [False, False, True, True, False, False]


def test_parquet_keeps_its_types_and_refuses_lists(tmp_path: Path) -> None:
    pl.DataFrame({"id": [1, 2], "tags": [["a"], []]}).write_parquet(tmp_path / "a.parquet")
    (batch,) = read(tmp_path, products("a.parquet"), "id")
    assert batch.frame["id"].dtype == pl.Int64
    with pytest.raises(MappingError, match=r"a\.parquet: tags: got 'List"):
        read(tmp_path, products("a.parquet"), "tags")


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_batches_count_rows_of_the_file_and_of_the_table(tmp_path: Path, kind: str) -> None:
    for name, rows in (("a", 3), ("b", 2)):
        frame = pl.DataFrame({"id": [f"{name}{row}" for row in range(rows)]})
        path = tmp_path / f"{name}.{kind}"
        if kind == "csv":
            frame.write_csv(path)
        elif kind == "jsonl":
            frame.write_ndjson(path)
        else:
            frame.write_parquet(path)
    batches = read(tmp_path, products(f"*.{kind}"), "id", batch_rows=2)
    assert [(batch.file, batch.first, batch.start) for batch in batches] == [
        (f"a.{kind}", 1, 0),
        (f"a.{kind}", 3, 2),
        (f"b.{kind}", 1, 3),
    ]
    assert [one for batch in batches for one in batch.frame["id"]] == ["a0", "a1", "a2", "b0", "b1"]


@pytest.mark.parametrize(
    ("file", "content", "error", "told"),
    [
        ("none.csv", None, MappingError, "got 'none.csv', expected the name or pattern of files in this folder"),
        ("a.xlsx", b"x", MappingError, "a.xlsx: format: got 'xlsx', expected a format: one of csv, jsonl, parquet"),
        ("a.csv", b"sku,name\n1,a\n", MappingError, "got 'id', expected a column of the file: sku, name"),
        ("a.csv", b"", MappingError, "it has none"),
        ("a.csv", b'id\n"1\n2\n', UnreadableFile, "a.csv: cannot be read"),
        ("a.parquet", b"PAR1 no", UnreadableFile, "a.parquet: cannot be read"),
    ],
)
def test_a_file_that_cannot_be_used_is_named(
    tmp_path: Path, file: str, content: bytes | None, error: type[Exception], told: str
) -> None:
    if content is not None:
        (tmp_path / file).write_bytes(content)
    with pytest.raises(error) as caught:
        read(tmp_path, products(file), "id")
    assert told in str(caught.value)


def test_a_header_with_a_name_twice_reads_the_first(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,x,id\n1,2,3\n")
    (batch,) = read(tmp_path, products("a.csv"), "id")
    assert batch.frame["id"].to_list() == ["1"]


def test_a_file_of_a_header_has_no_rows(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,x\n")
    assert sum(batch.frame.height for batch in read(tmp_path, products("a.csv"), "id")) == 0
