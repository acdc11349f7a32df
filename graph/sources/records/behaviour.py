"""Behaviour: rows of an interactions table as views, carts, ratings, searches and the like."""

from collections.abc import Iterator
from typing import Any

import polars as pl

from graph.events.family import (
    AddedToCart,
    BehaviourEvent,
    Clicked,
    Dismissed,
    ProductEvent,
    Rated,
    RemovedFromCart,
    Returned,
    Searched,
    Viewed,
)
from graph.sources.mapping import Interactions
from graph.sources.reading import Reading, named
from graph.sources.rows.refused_row import RefusedRow
from graph.sources.rows.row_fields import contexts, field_values, offsets
from graph.sources.rows.seen_keys import SeenKeys
from graph.sources.rows.table_rows import Rows

__all__ = ["read_interactions"]

_TYPES: dict[str, type[ProductEvent]] = {
    "viewed": Viewed,
    "clicked": Clicked,
    "dismissed": Dismissed,
    "added_to_cart": AddedToCart,
    "removed_from_cart": RemovedFromCart,
    "rated": Rated,
    "returned": Returned,
}
_OWN: dict[str, tuple[str, ...]] = {
    "viewed": ("seconds",),
    "added_to_cart": ("quantity",),
    "removed_from_cart": ("quantity",),
    "rated": ("rating",),
    "returned": ("quantity", "value", "currency", "order"),
}
_NEEDED = {"searched": "query", "rated": "rating", "product": "product"}
_KEY = ("kind", "customer", "product", "query", "time")


def read_interactions(reading: Reading, table: Interactions) -> Iterator[BehaviourEvent | RefusedRow]:
    """One event a row. Without an id, a row is known by who did what with what when."""
    seen = SeenKeys()
    for batch in reading.rows(table).batches():
        batch = _once(_complete(batch), seen)
        yield from batch.refusals
        yield from _events(reading, table, batch.frame)


def _complete(batch: Rows) -> Rows:
    """The batch with every column that only some kinds need, without the rows that lack what their kind needs."""
    absent = {"product": pl.String, "query": pl.String, "rating": pl.Float64, "id": pl.String}
    added = [pl.lit(None, kind).alias(name) for name, kind in absent.items() if name not in batch.frame.columns]
    batch = batch._replace(frame=batch.frame.with_columns(added))
    for kind in ("searched", "rated", "product"):
        field = _NEEDED[kind]
        concerned = batch.frame["kind"] != "searched" if kind == "product" else batch.frame["kind"] == kind
        batch = batch.refuse(concerned & batch.frame[field].is_null(), field, f"a {field}, as this kind of row needs")
    return batch


def _once(batch: Rows, seen: SeenKeys) -> Rows:
    keyed = batch.frame["id"].is_not_null()
    unnamed = batch.frame.with_columns(batch.frame[name].set(keyed, None) for name in _KEY)
    again = seen.repeated(unnamed, ("id", *_KEY))
    unkeyed = again & ~keyed
    batch = batch.refuse(unkeyed, "time", "the same done once in an instant, or a column for id")
    return batch.refuse((again & keyed).filter(~unkeyed), "id", "an id that stands once in the table")


def _events(reading: Reading, table: Interactions, frame: pl.DataFrame) -> Iterator[BehaviourEvent]:
    own: dict[str, list[Any]] = {
        "seconds": field_values(frame, "seconds"),
        "quantity": field_values(frame, "quantity", 1.0),
        "rating": field_values(frame, "rating"),
        "value": field_values(frame, "value", 0),
        "currency": field_values(frame, "currency", table.currency or ""),
        "order": field_values(frame, "order", ""),
    }
    columns = (
        field_values(frame, "id"),
        field_values(frame, "kind"),
        field_values(frame, "customer"),
        field_values(frame, "product"),
        field_values(frame, "query"),
        field_values(frame, "time"),
        offsets(frame),
        field_values(frame, "session", ""),
        contexts(frame),
    )
    for row, (given, kind, customer, product, query, at, offset, session, context) in enumerate(
        zip(*columns, strict=True)
    ):
        shared: dict[str, Any] = {
            "id": given or named(kind, customer, product, query, at),
            "source": reading.source,
            "at": at,
            "received": reading.received,
            "utc_offset": offset,
            "context": context,
            "history": True,
            "customer": customer,
            "session": session,
        }
        if kind == "searched":
            yield Searched(**shared, query=query)
        else:
            more = {name: own[name][row] for name in _OWN.get(kind, ())}
            yield _TYPES[kind](**shared, product=product, **more)
