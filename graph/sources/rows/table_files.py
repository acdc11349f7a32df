"""The files of a table as batches of raw columns: text of CSV and JSONL, what Parquet says of Parquet."""

import csv
import itertools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import polars as pl

from graph.sources.errors import MappingError, UnreadableFile
from graph.sources.mapping import Table

__all__ = ["BATCH_ROWS", "RawBatch", "check_files", "raw_batches", "table_files"]

BATCH_ROWS = 100_000
_OVERFLOW = "\x00overflow"  # catches the first value beyond the header's columns


class RawBatch(NamedTuple):
    """Consecutive rows of one file.

    file: as a refusal names it. first: the number of the first row in its file, from 1. start: the rows of the whole
    table before it. frame: [rows] the columns asked for. broken: [rows] True where a row could not be taken apart.
    """

    file: str
    first: int
    start: int
    frame: pl.DataFrame
    broken: pl.Series
    whole: str  # what a row that is not broken would have been


def table_files(table: Table, folder: Path) -> list[Path]:
    """The files a table is made of, by name; MappingError where there are none."""
    try:
        found = sorted(path for path in folder.glob(table.file) if path.is_file())
    except (ValueError, NotImplementedError):
        found = []
    if not found:
        raise MappingError(str(folder), "file", table.file, "the name or pattern of files in this folder")
    return found


def check_files(table: Table, folder: Path, columns: Sequence[str]) -> None:
    """Raise what `raw_batches` would for a file of another format or without one of the `columns`, before a row is
    read."""
    for path in table_files(table, folder):
        kind = _kind(path, table)
        with _readable(str(path.relative_to(folder))):
            if kind == "csv":
                _csv_header(path, table, columns)
            elif kind == "parquet":
                _parquet_scan(path, columns)


def raw_batches(table: Table, folder: Path, columns: Sequence[str], batch_rows: int = BATCH_ROWS) -> Iterator[RawBatch]:
    """The rows of a table in the order of its files, at most `batch_rows` at a time, with the `columns` named.

    MappingError for a column that is not there, UnreadableFile for a file that is not what it should be.
    """
    wanted = list(dict.fromkeys(columns))
    readers = {"csv": _csv_frames, "jsonl": _jsonl_frames, "parquet": _parquet_frames}
    start = 0
    for path in table_files(table, folder):
        kind = _kind(path, table)
        file, first = str(path.relative_to(folder)), 1
        with _readable(file):
            for frame in readers[kind](path, table, wanted, batch_rows):
                if _OVERFLOW in frame.columns:
                    broken, frame = frame[_OVERFLOW].is_not_null(), frame.drop(_OVERFLOW)
                else:
                    broken = pl.repeat(False, frame.height, dtype=pl.Boolean, eager=True)
                whole = "a JSON object on a line" if kind == "jsonl" else "as many values as the header has columns"
                yield RawBatch(file, first, start, frame, broken, whole)
                first, start = first + frame.height, start + frame.height


def _kind(path: Path, table: Table) -> str:
    kind = table.format or path.suffix.lower().removeprefix(".").replace("ndjson", "jsonl")
    if kind not in ("csv", "jsonl", "parquet"):
        raise MappingError(path.name, "format", kind, "a format: one of csv, jsonl, parquet")
    return kind


@contextmanager
def _readable(file: str) -> Iterator[None]:
    try:
        yield
    except (pl.exceptions.PolarsError, OSError, UnicodeDecodeError) as error:
        raise UnreadableFile(file, str(error).partition("\n")[0]) from None


def _csv_header(path: Path, table: Table, columns: Sequence[str]) -> list[str]:
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as lines:
        header = next(csv.reader(lines, delimiter=table.separator), [])
    _check_columns(path, columns, header)
    return header


def _csv_frames(path: Path, table: Table, columns: list[str], batch_rows: int) -> Iterator[pl.DataFrame]:
    header = _csv_header(path, table, columns)
    if len(set(header)) < len(header):
        header = [name if header.index(name) == place else f"{name}\x00{place}" for place, name in enumerate(header)]
    scan = pl.scan_csv(
        path,
        separator=table.separator,
        has_header=False,
        skip_rows=1,
        schema={name: pl.String for name in [*header, _OVERFLOW]},
        encoding="utf8-lossy",
        extra_columns="ignore",
        missing_columns="insert",
        glob=False,
    )
    if path.stat().st_size > 0:
        yield from _collected(scan.select(*columns, _OVERFLOW), batch_rows)


def _parquet_scan(path: Path, columns: Sequence[str]) -> pl.LazyFrame:
    scan = pl.scan_parquet(path, glob=False)
    schema = scan.collect_schema()
    _check_columns(path, columns, schema.names())
    for name in columns:
        if schema[name].is_nested() or isinstance(schema[name], pl.Object | pl.Binary | pl.Duration | pl.Time):
            raise MappingError(path.name, name, str(schema[name]), "a column of texts, numbers, flags or times")
    return scan.select(columns)


def _parquet_frames(path: Path, table: Table, columns: list[str], batch_rows: int) -> Iterator[pl.DataFrame]:
    yield from _collected(_parquet_scan(path, columns), batch_rows)


def _collected(scan: pl.LazyFrame, batch_rows: int) -> Iterator[pl.DataFrame]:
    yield from scan.collect_batches(chunk_size=batch_rows, maintain_order=True)


def _jsonl_frames(path: Path, table: Table, columns: list[str], batch_rows: int) -> Iterator[pl.DataFrame]:
    """A row a line, blank ones too, so that rows are the lines an editor shows."""
    paths = [(name, name.split(".")) for name in columns]
    decode = msgspec.json.Decoder(dict[str, Any]).decode
    with path.open("rb") as lines:
        while batch := list(itertools.islice(lines, batch_rows)):
            texts: list[list[str | None]] = [[] for _ in columns]
            overflow: list[str | None] = []
            for line in batch:
                try:
                    told = decode(line) if not line.isspace() else {}
                    overflow.append(None)
                except (msgspec.DecodeError, UnicodeDecodeError):
                    told = {}
                    overflow.append("broken")
                for column, (name, steps) in zip(texts, paths, strict=True):
                    column.append(_text(told[name] if name in told else _inside(told, steps)))
            yield pl.DataFrame(
                [pl.Series(name, column, dtype=pl.String) for name, column in zip(columns, texts, strict=True)]
                + [pl.Series(_OVERFLOW, overflow, dtype=pl.String)]
            )


def _inside(value: Any, steps: Sequence[str]) -> Any:
    """What lies at a path such as ``properties.product_id``; None where nothing does."""
    for step in steps:
        if not isinstance(value, dict):
            return None
        value = value.get(step)
    return value


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return msgspec.json.encode(value).decode()


def _check_columns(path: Path, columns: Sequence[str], held: Sequence[str]) -> None:
    for name in columns:
        if name not in held:
            raise MappingError(path.name, "columns", name, f"a column of the file: {', '.join(held) or 'it has none'}")
