"""Redemptions: rows that say which customer used which coupon, as Redeemed events."""

from collections.abc import Iterator

from graph.events.family import Redeemed
from graph.sources.mapping import Redemptions
from graph.sources.reading import Reading, named
from graph.sources.records.coupon_ids import with_coupon_ids
from graph.sources.rows.refused_row import RefusedRow
from graph.sources.rows.row_fields import contexts, field_values, offsets
from graph.sources.rows.seen_keys import SeenKeys

__all__ = ["read_redemptions"]


def read_redemptions(reading: Reading, table: Redemptions) -> Iterator[Redeemed | RefusedRow]:
    """One event a row."""
    seen = SeenKeys()
    for batch in reading.rows(table).batches():
        batch = with_coupon_ids(batch)
        again = seen.repeated(batch.frame, ("coupon", "customer", "time"))
        batch = batch.refuse(again, "coupon", "a redemption that stands once in the table")
        yield from batch.refusals
        frame = batch.frame
        for customer, coupon, at, offset, session, context in zip(
            field_values(frame, "customer"),
            field_values(frame, "coupon"),
            field_values(frame, "time"),
            offsets(frame),
            field_values(frame, "session", ""),
            contexts(frame),
            strict=True,
        ):
            yield Redeemed(
                id=named("redemption", coupon, customer, at),
                source=reading.source,
                at=at,
                received=reading.received,
                utc_offset=offset,
                context=context,
                history=True,
                customer=customer,
                session=session,
                coupon=coupon,
            )
