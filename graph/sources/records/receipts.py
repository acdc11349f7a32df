"""Receipts: rows that say which customer was sent which campaign, as Delivered events."""

from collections.abc import Iterator

import polars as pl

from graph.events.family import Delivered
from graph.sources.mapping import Receipts
from graph.sources.reading import Reading, named
from graph.sources.rows.refused_row import RefusedRow
from graph.sources.rows.row_fields import contexts, field_values, offsets
from graph.sources.rows.seen_keys import SeenKeys

__all__ = ["read_receipts"]


def read_receipts(reading: Reading, table: Receipts) -> Iterator[Delivered | RefusedRow]:
    """One event a row, at its time or, where it has none, when its campaign started."""
    seen = SeenKeys()
    for batch in reading.rows(table).batches():
        begun = pl.Series("time", [reading.starts.get(one) for one in batch.frame["campaign"]], dtype=pl.Int64)
        times = batch.frame["time"].fill_null(begun) if "time" in batch.frame.columns else begun
        batch = batch._replace(frame=batch.frame.with_columns(times))
        batch = batch.refuse(times.is_null(), "time", "a time, or a campaign that says when it started")
        again = seen.repeated(batch.frame, ("campaign", "customer", "time"))
        batch = batch.refuse(again, "customer", "a receipt that stands once in the table")
        yield from batch.refusals
        frame = batch.frame
        for customer, campaign, at, offset, session, context in zip(
            field_values(frame, "customer"),
            field_values(frame, "campaign"),
            field_values(frame, "time"),
            offsets(frame),
            field_values(frame, "session", ""),
            contexts(frame),
            strict=True,
        ):
            yield Delivered(
                id=named("receipt", campaign, customer, at),
                source=reading.source,
                at=at,
                received=reading.received,
                utc_offset=offset,
                context=context,
                history=True,
                customer=customer,
                session=session,
                campaign=campaign,
            )
