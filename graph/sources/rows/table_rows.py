"""Rows: a table's files read, its columns judged, the rows that cannot be taken set aside with their reason."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from graph.ids import CustomerId, public_id
from graph.instants import Instant, iso
from graph.sources.column import Column
from graph.sources.mapping import Table
from graph.sources.rows import judged
from graph.sources.rows.judged import Fault, Judged
from graph.sources.rows.judged_time import judge_time
from graph.sources.rows.raw_values import raw_values, text_of
from graph.sources.rows.refused_row import RefusedRow
from graph.sources.rows.row_texts import judged_texts, raw_texts
from graph.sources.rows.table_files import BATCH_ROWS, RawBatch, check_files, raw_batches

__all__ = ["OFFSET", "ORDER_NUMBER", "POSITION", "Progress", "Rows", "TableRows"]

POSITION = "position"  # the row's place in the whole table, from 0
OFFSET = "utc_offset"  # minutes the clock of `time` was ahead of UTC
ORDER_NUMBER = "order number"  # of a line among whole orders, from 0

Progress = Callable[[str, int], None]
"""Told after every batch: the file, and how many of its rows were read since it was last told."""

_IDS = ("order", "line", "product", "id", "campaign", "coupon")
_TIMES = ("time", "starts", "ends")
_MONEY = ("value", "price", "discounts")
_SHOWN = 80  # characters of a refused value


class Rows(NamedTuple):
    """A batch of judged rows.

    files: (where in the table it starts, its name) of the files so far. start, end: the batch's place in the table.
    frame: the rows that can be taken, a column a field, with `POSITION` and, beside a time, `OFFSET`; a field the
    mapping leaves out has no column. refusals: the others, by row.
    """

    files: tuple[tuple[int, str], ...]
    start: int
    end: int
    frame: pl.DataFrame
    refusals: list[RefusedRow]

    def refuse(self, wrong: pl.Series, field: str, expected: str) -> "Rows":
        """The same batch, rows that turned out `wrong` ([rows of frame]) refused for what their `field` holds."""
        if not wrong.any():
            return self
        rows = self.frame.filter(wrong)
        said = rows[field] if field in rows.columns else pl.Series([None]).new_from_index(0, rows.height)
        fields = rows.drop(POSITION, OFFSET, ORDER_NUMBER, strict=False)
        refused = [
            self.refusal(place, field, value, expected, customer, text)
            for place, value, customer, text in zip(
                rows[POSITION], said, _customers(rows), judged_texts(fields), strict=True
            )
        ]
        refusals = sorted(self.refusals + refused, key=lambda refusal: (refusal.file, refusal.row))
        return self._replace(frame=self.frame.filter(~wrong), refusals=refusals)

    def refusal(
        self, position: int, field: str, value: Any, expected: str, customer: str | None, text: str
    ) -> RefusedRow:
        start, file = next(one for one in reversed(self.files) if one[0] <= position)
        if field == "customer" and value is not None:
            value = public_id(CustomerId(value))
        elif field == "time" and isinstance(value, int):
            value = iso(Instant(value))
        told = None if value is None else str(value)[:_SHOWN]
        return RefusedRow(file, position - start + 1, field, told, expected, customer or "", text)


@dataclass(frozen=True)
class TableRows:
    """Reads the rows of one table. `latest` is the instant of receipt for what must have happened by then."""

    table: Table
    folder: Path
    latest: Instant | None = None
    progress: Progress | None = None
    batch_rows: int = BATCH_ROWS

    def fields(self) -> list[tuple[str, Column, bool]]:
        return [field for field in self.table.columns.fields() if field[1].source is None]

    def check(self) -> None:
        """MappingError and UnreadableFile of files that do not fit the table, before a row is read."""
        columns = [name for _, column, _ in self.fields() for name in column.names()]
        check_files(self.table, self.folder, list(dict.fromkeys(columns)))

    def only(self, names: Sequence[str]) -> Iterator[Rows]:
        """`batches` of these fields alone, without telling progress."""
        return self._batches([field for field in self.fields() if field[0] in names], None)

    def batches(self) -> Iterator[Rows]:
        """All rows in the order of the files; MappingError and UnreadableFile as `raw_batches` raises them."""
        return self._batches(self.fields(), self.progress)

    def _batches(self, fields: list[tuple[str, Column, bool]], progress: Progress | None) -> Iterator[Rows]:
        columns = [name for _, column, _ in fields for name in column.names()]
        files: tuple[tuple[int, str], ...] = ()
        for batch in raw_batches(self.table, self.folder, columns, self.batch_rows):
            if batch.first == 1:
                files += ((batch.start, batch.file),)
            yield self._judged(batch, fields, files)
            if progress is not None:
                progress(batch.file, batch.frame.height)

    def _judged(
        self, batch: RawBatch, fields: list[tuple[str, Column, bool]], files: tuple[tuple[int, str], ...]
    ) -> Rows:
        raw: dict[str, pl.Series] = {}
        held: dict[str, pl.Series] = {}
        faults: list[tuple[str, Fault]] = [("row", Fault(batch.broken, batch.whole))]
        for name, column, required in fields:
            raw[name] = raw_values(column, batch.frame, self.table.missing)
            verdict = self._verdict(name, column, raw[name], held)
            held[name] = verdict.values
            if name == "currency" and self.table.currency is not None:
                held[name] = held[name].fill_null(self.table.currency)
            faults += [(name, fault) for fault in verdict.faults]
            if required:
                faults.append((name, Fault(verdict.values.is_null(), "a value")))
        if "customer" in held or "anonymous" in held:
            held["customer"] = _person(held)
            faults.append(("customer", Fault(held["customer"].is_null(), "a value")))
        end = batch.start + batch.frame.height
        held[POSITION] = pl.int_range(batch.start, end, eager=True)
        return _taken(Rows(files, batch.start, end, pl.DataFrame(held), []), batch, raw, faults)

    def _verdict(self, name: str, column: Column, raw: pl.Series, held: dict[str, pl.Series]) -> Judged:
        group, decimal = name.partition(".")[0], self.table.decimal
        if name in _TIMES:
            latest = self.latest if name == "time" else None
            verdict, offset = judge_time(raw, column.format, self.table.timezone, latest)
            if name == "time":
                held[OFFSET] = offset
            return verdict
        if group in _MONEY:
            if "currency" not in held:
                return judged.judge_money(raw, decimal, self.table.money, self.table.currency or "")
            return judged.judge_money(raw, decimal, self.table.money, held["currency"].fill_null(""))
        if name in _IDS:
            return judged.judge_id(raw)
        if name == "kind" and self.table.record == "interactions":
            return judged.judge_kind(raw, column.values)
        if group in ("traits", "attributes"):
            if column.type == "number":
                return judged.judge_number(raw, decimal)
            return judged.judge_flag(raw) if column.type == "flag" else judged.judge_text(raw)
        simple: dict[str, Callable[[pl.Series], Judged]] = {
            "customer": judged.judge_customer,
            "anonymous": judged.judge_anonymous,
            "currency": judged.judge_currency,
            "in_stock": judged.judge_flag,
            "retired": judged.judge_flag,
            "quantity": lambda raw: judged.judge_quantity(raw, decimal),
            "seconds": lambda raw: judged.judge_quantity(raw, decimal),
            "rating": lambda raw: judged.judge_rating(raw, decimal),
        }
        return simple.get(name, judged.judge_text)(raw)


def _taken(rows: Rows, batch: RawBatch, raw: dict[str, pl.Series], faults: list[tuple[str, Fault]]) -> Rows:
    """The batch without its faulty rows, one refusal each, of the first fault found, and without its empty ones."""
    settled = ~batch.broken
    for column in batch.frame.iter_columns():
        settled &= (text_of(column) if column.dtype == pl.String else column).is_null()
        if not settled.any():
            break
    found: dict[int, tuple[str, str]] = {}
    for name, fault in faults:
        if not fault.rows.any():
            continue
        found |= dict.fromkeys((fault.rows & ~settled).arg_true(), (name, fault.expected))
        settled = settled | fault.rows
    taken = rows.frame.filter(~settled) if settled.any() else rows.frame
    return rows._replace(frame=taken, refusals=_refused(rows, batch, raw, found))


def _refused(
    rows: Rows, batch: RawBatch, raw: dict[str, pl.Series], found: dict[int, tuple[str, str]]
) -> list[RefusedRow]:
    """found: row -> (the field at fault, what was expected of it)."""
    if not found:
        return []
    wrong = sorted(found)
    texts, customers = raw_texts(pl.DataFrame(raw)[wrong]), _customers(rows.frame[wrong])
    refused = []
    for row, customer, text in zip(wrong, customers, texts, strict=True):
        name, expected = found[row]
        value = raw[name][row] if name in raw else None
        refused.append(rows.refusal(batch.start + row, name, value, expected, customer, text))
    return refused


def _customers(frame: pl.DataFrame) -> list[str | None]:
    """The leaf each row is about, [rows], None where it does not say."""
    return frame["customer"].to_list() if "customer" in frame.columns else [None] * frame.height


def _person(held: dict[str, pl.Series]) -> pl.Series:
    if "anonymous" not in held:
        return held["customer"]
    anonymous = held.pop("anonymous")
    return held["customer"].fill_null(anonymous) if "customer" in held else anonymous
