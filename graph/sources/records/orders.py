"""Orders: lines of a purchases table, wherever they stand, as one Purchased an order."""

from collections.abc import Iterator

import numpy as np
import polars as pl
from numpy.typing import NDArray

from graph.events.derived_ids import suffixed
from graph.events.family import OrderLine, Purchased
from graph.ids import MAX_ID_LENGTH
from graph.sources.mapping import Purchases
from graph.sources.reading import Reading, named
from graph.sources.rows.refused_row import RefusedRow
from graph.sources.rows.row_fields import contexts, field_values, grouped, offsets
from graph.sources.rows.table_rows import ORDER_NUMBER, POSITION, Rows, TableRows

__all__ = ["read_orders"]


def read_orders(reading: Reading, table: Purchases) -> Iterator[Purchased | RefusedRow]:
    """A first pass finds the last row of each order; the second keeps the lines of an order until then."""
    rows = reading.rows(table)
    last = _last_rows(rows)
    waiting: pl.DataFrame | None = None
    batch: Rows | None = None
    for batch in rows.batches():
        yield from batch.refusals
        here = last[np.searchsorted(last, batch.start) : np.searchsorted(last, batch.end)]
        ended = batch.frame.filter(pl.col(POSITION).is_in(here))["order"].unique()
        lines = batch.frame if waiting is None else pl.concat([waiting, batch.frame], how="vertical_relaxed")
        whole = lines["order"].is_in(ended.implode())
        waiting = lines.filter(~whole)
        yield from _orders(reading, table, batch._replace(frame=lines.filter(whole), refusals=[]))
    if batch is not None and waiting is not None:  # orders whose last row was refused
        yield from _orders(reading, table, batch._replace(frame=waiting, refusals=[]))


def _last_rows(rows: TableRows) -> NDArray[np.int64]:
    """Where each order's last row stands, sorted. Told by 64 bits of the order; where two fall together, one of them
    only waits for the end of the table."""
    found = [pl.DataFrame(schema={"order": pl.UInt64, POSITION: pl.Int64})]
    for batch in rows.only(["order"]):
        orders = batch.frame.select(pl.col("order").hash(seed=17), POSITION)
        found.append(orders.group_by("order").agg(pl.col(POSITION).max()))
    return pl.concat(found).group_by("order").agg(pl.col(POSITION).max())[POSITION].sort().to_numpy()


def _orders(reading: Reading, table: Purchases, batch: Rows) -> Iterator[Purchased | RefusedRow]:
    """Whole orders by their first rows. Lines that contradict the first of their order are refused; the time of an
    order is that of its earliest line."""
    if batch.frame.is_empty():
        return
    batch = batch._replace(frame=_side_by_side(batch.frame))
    for field in ("customer", "currency"):
        if field in batch.frame.columns:
            said = batch.frame[field]
            odd = said != said.gather(_starts(batch.frame)).gather(batch.frame[ORDER_NUMBER])
            batch = batch.refuse(odd, field, f"one {field} in all lines of an order")
    batch = batch._replace(frame=batch.frame.with_columns(_line_names(batch.frame).alias("line")))
    if table.columns.line is not None:
        twice = ~batch.frame.select(pl.struct(ORDER_NUMBER, "line").is_first_distinct()).to_series()
        batch = batch.refuse(twice, "line", "a line that stands once in its order")
    yield from batch.refusals
    yield from _events(reading, table, batch.frame)


def _side_by_side(lines: pl.DataFrame) -> pl.DataFrame:
    """The lines by order and place, each with the number of its order."""
    numbers = lines["order"].rle_id()
    if numbers[-1] + 1 > lines["order"].n_unique():
        lines = lines.sort(pl.col(POSITION).min().over("order"), POSITION)
        numbers = lines["order"].rle_id()
    return lines.with_columns(numbers.alias(ORDER_NUMBER))


def _starts(lines: pl.DataFrame) -> pl.Series:
    """The row of each order's first line, [orders]. It is never refused for its order, so the numbers have no gaps."""
    return lines[ORDER_NUMBER].is_first_distinct().arg_true()


def _line_names(lines: pl.DataFrame) -> pl.Series:
    """The lines' own names, [rows]; where they have none, the product and which of its lines in the order it is."""
    if lines.select(pl.struct(ORDER_NUMBER, "product").is_unique().all()).item():
        names = lines["product"] + "#1"
    else:
        count = pl.int_range(1, pl.len() + 1).over(ORDER_NUMBER, "product").cast(pl.String)
        names = lines.select((pl.col("product") + "#" + count).alias("line")).to_series()
    for row in (names.str.len_chars() > MAX_ID_LENGTH).arg_true():
        product, _, number = names[row].rpartition("#")
        names[row] = suffixed(product, number)
    return lines["line"].fill_null(names) if "line" in lines.columns else names


def _events(reading: Reading, table: Purchases, lines: pl.DataFrame) -> Iterator[Purchased]:
    names = field_values(lines, "line")
    made = [
        OrderLine(line=line, product=product, quantity=quantity, value=value, discounts=saved)
        for line, product, quantity, value, saved in zip(
            names,
            field_values(lines, "product"),
            field_values(lines, "quantity", 1.0),
            field_values(lines, "value", 0),
            _discounts(lines),
            strict=True,
        )
    ]
    starts = _starts(lines)
    heads = lines[starts]
    ends = [*starts.to_list()[1:], lines.height]
    earliest = np.minimum.reduceat(lines["time"].to_numpy(), starts.to_numpy())
    source, received, currency = reading.source, reading.received, table.currency or ""
    for start, end, order, customer, at, offset, code, session, context in zip(
        starts.to_list(),
        ends,
        field_values(heads, "order"),
        field_values(heads, "customer"),
        earliest.tolist(),
        offsets(heads),
        field_values(heads, "currency", currency),
        field_values(heads, "session", ""),
        contexts(heads),
        strict=True,
    ):
        yield Purchased(
            id=named("order", order, names[start:end]),
            source=source,
            at=at,
            received=received,
            utc_offset=offset,
            context=context,
            history=True,
            customer=customer,
            session=session,
            order=order,
            lines=tuple(made[start:end]),
            currency=code,
        )


def _discounts(lines: pl.DataFrame) -> list[dict[str, int]]:
    """What was saved on each line by kind, kinds without a saving left out."""
    saved: list[dict[str, int]] = [{} for _ in range(lines.height)]
    for kind, amounts in grouped(lines, "discounts"):
        given = (amounts > 0).fill_null(False)
        for row, amount in zip(given.arg_true(), amounts.filter(given), strict=True):
            saved[row][kind] = amount
    return saved
