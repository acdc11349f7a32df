"""read_history: everything a mapping finds in a folder, as events of history and rows that could not be taken."""

from collections.abc import Iterator
from pathlib import Path

from graph.events.family import Event
from graph.instants import Instant
from graph.sources.mapping import (
    Campaigns,
    Coupons,
    Customers,
    Interactions,
    Mapping,
    Products,
    Purchases,
    Receipts,
    Redemptions,
)
from graph.sources.reading import Reading
from graph.sources.records.behaviour import read_interactions
from graph.sources.records.campaigns import read_campaigns
from graph.sources.records.catalogue import read_products
from graph.sources.records.orders import read_orders
from graph.sources.records.people import read_customers
from graph.sources.records.receipts import read_receipts
from graph.sources.records.redemptions import read_redemptions
from graph.sources.rows.refused_row import RefusedRow
from graph.sources.rows.table_files import BATCH_ROWS, table_files
from graph.sources.rows.table_rows import Progress

__all__ = ["file_names", "read_history"]


def file_names(mapping: Mapping, folder: Path) -> frozenset[str]:
    """The files a mapping finds in a folder, as refusals name them; MappingError for a table without any."""
    return frozenset(str(path.relative_to(folder)) for table in mapping.tables for path in table_files(table, folder))


def read_history(
    mapping: Mapping,
    folder: Path,
    received: Instant,
    progress: Progress | None = None,
    *,
    batch_rows: int = BATCH_ROWS,
) -> Iterator[Event | RefusedRow]:
    """Every event of a shop's files: its products, customers and campaigns first, then what was done with them.

    Reading twice gives the same events but for `received`. Memory holds `batch_rows` rows, the orders whose last line
    is still to come, and a few bytes a key; coupons are held whole. MappingError where mapping and files do not fit,
    before the first event; UnreadableFile for a file that is broken beyond its rows.
    """
    reading = Reading(mapping, folder, received, progress, batch_rows)
    tables = mapping.tables
    for table in tables:
        reading.rows(table).check()
    for table in tables:
        if isinstance(table, Products):
            yield from read_products(reading, table)
    for table in tables:
        if isinstance(table, Customers):
            yield from read_customers(reading, table)
    yield from read_campaigns(
        reading,
        [table for table in tables if isinstance(table, Campaigns)],
        [table for table in tables if isinstance(table, Coupons)],
    )
    for table in tables:
        if isinstance(table, Purchases):
            yield from read_orders(reading, table)
        elif isinstance(table, Interactions):
            yield from read_interactions(reading, table)
        elif isinstance(table, Receipts):
            yield from read_receipts(reading, table)
        elif isinstance(table, Redemptions):
            yield from read_redemptions(reading, table)
