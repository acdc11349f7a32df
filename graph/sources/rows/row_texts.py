"""Rows as texts, for whoever has to find and mend them."""

import polars as pl

from graph.ids import KNOWN
from graph.instants import Instant, iso
from graph.sources.rows.raw_values import text_of

__all__ = ["judged_texts", "raw_texts"]

_TIMES = ("time", "starts", "ends")


def raw_texts(fields: pl.DataFrame) -> list[str]:
    """Each row as a JSON object of its fields as the file has them, [rows]; null where nothing was said."""
    if fields.is_empty():
        return []
    told = [text_of(column) for column in fields.iter_columns()]
    return pl.DataFrame(told).select(pl.struct(pl.all()).struct.json_encode()).to_series().to_list()


def judged_texts(fields: pl.DataFrame) -> list[str]:
    """The same of rows that were judged already, [rows]: times in ISO 8601, customers by the ids the shop gave them,
    money in minor units."""
    told = [
        column.map_elements(lambda at: iso(Instant(at)), pl.String) if column.name in _TIMES else column
        for column in fields.iter_columns()
    ]
    return raw_texts(pl.DataFrame([one.str.strip_prefix(KNOWN) if one.name == "customer" else one for one in told]))
