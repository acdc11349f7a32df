"""Orders: lines of a purchases table, wherever they stand, as one Purchased an order."""

from collections.abc import Iterator

import polars as pl

from graph.events.derived_ids import suffixed
from graph.events.family import OrderLine, Purchased
from graph.ids import MAX_ID_LENGTH
from graph.sources.mapping import Purchases
from graph.sources.reading import Reading, named
from graph.sources.refused_row import RefusedRow
from graph.sources.row_fields import contexts, field_values, grouped, offsets
from graph.sources.rows import POSITION, Rows

__all__ = ["read_orders"]

_LAST = "last"  # where in the table an order's last row stands


def read_orders(reading: Reading, table: Purchases) -> Iterator[Purchased | RefusedRow]:
    """A first pass finds each order's last row; the second holds the lines of an order until then, and no longer."""
    rows = reading.rows(table)
    last = pl.DataFrame(schema={"order": pl.String, _LAST: pl.Int64})
    for batch in rows.only(["order"]):
        found = batch.frame.group_by("order").agg(pl.col(POSITION).max().alias(_LAST))
        last = pl.concat([last, found]).group_by("order").agg(pl.col(_LAST).max())
    waiting: pl.DataFrame | None = None
    for batch in rows.batches():
        lines = batch.frame.join(last, on="order", how="left", maintain_order="left")
        if waiting is not None:
            lines = pl.concat([waiting, lines], how="vertical_relaxed")
        ended = lines[_LAST] < batch.end
        waiting = lines.filter(~ended)
        whole = _agreeing(batch._replace(frame=lines.filter(ended)))
        yield from whole.refusals
        yield from _events(reading, table, whole.frame.sort(pl.col(POSITION).min().over("order"), POSITION))


def _agreeing(batch: Rows) -> Rows:
    """Whole orders, their lines named and of one mind; the time of an order is that of its earliest line."""
    for field in ("customer", "currency"):
        if field in batch.frame.columns:
            odd = batch.frame.select(pl.col(field) != pl.col(field).first().over("order")).to_series()
            batch = batch.refuse(odd, field, f"one {field} in all lines of an order")
    batch = batch._replace(
        frame=batch.frame.with_columns(_line_names(batch.frame).alias("line"), pl.col("time").min().over("order"))
    )
    twice = ~batch.frame.select(pl.struct("order", "line").is_first_distinct()).to_series()
    return batch.refuse(twice, "line", "a line that stands once in its order")


def _line_names(lines: pl.DataFrame) -> pl.Series:
    """The lines' own names, [rows]; where they have none, the product and which of its lines in the order it is."""
    count = pl.int_range(1, pl.len() + 1).over("order", "product").cast(pl.String)
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
    starts = lines["order"].rle_id().is_first_distinct().arg_true()
    heads = lines[starts]
    ends = [*starts.to_list()[1:], lines.height]
    source, received, currency = reading.source, reading.received, table.currency or ""
    for start, end, order, customer, at, offset, code, session, context in zip(
        starts.to_list(),
        ends,
        field_values(heads, "order"),
        field_values(heads, "customer"),
        field_values(heads, "time"),
        offsets(heads),
        field_values(heads, "currency", currency),
        field_values(heads, "session", ""),
        contexts(heads),
        strict=True,
    ):
        yield Purchased(
            id=named("order", order, *names[start:end]),
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
    for kind, amounts in zip(*grouped(lines, "discounts"), strict=True):
        for row, amount in enumerate(amounts):
            if amount:
                saved[row][kind] = amount
    return saved
