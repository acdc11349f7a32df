"""People: rows of a customers table as TraitsChanged events."""

from collections.abc import Iterator

from graph.events.family import TraitsChanged
from graph.sources.mapping import Customers
from graph.sources.reading import Reading, named
from graph.sources.rows.refused_row import RefusedRow
from graph.sources.rows.row_fields import field_values, offsets, traits
from graph.sources.rows.seen_keys import SeenKeys

__all__ = ["read_customers"]


def read_customers(reading: Reading, table: Customers) -> Iterator[TraitsChanged | RefusedRow]:
    """One event a row, with the traits that are filled in. A row without a time holds from the moment of receipt."""
    seen = SeenKeys()
    for batch in reading.rows(table).batches():
        again = seen.repeated(batch.frame, ("customer", "time"))
        batch = batch.refuse(again, "customer", "a customer described once (at a time)")
        yield from batch.refusals
        frame = batch.frame
        for customer, held, told, offset in zip(
            field_values(frame, "customer"),
            traits(frame, "traits"),
            field_values(frame, "time"),
            offsets(frame),
            strict=True,
        ):
            yield TraitsChanged(
                id=named("customer", customer, sorted(held.items()), told),
                source=reading.source,
                at=reading.received if told is None else told,
                received=reading.received,
                utc_offset=offset,
                history=True,
                customer=customer,
                traits=held,
            )
