"""Answers as rows: sorted, cut, and rounded the way Neo4j rounds."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import polars as pl

__all__ = ["Answer", "first", "rounded"]

Answer = list[tuple[Any, ...]]


def rounded(number: float | None, places: int) -> float | None:
    """`number` with `places` decimals, halves away from zero, as its shortest decimal form shows them."""
    if number is None:
        return None
    return float(Decimal(repr(number)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP))


def first(rows: pl.DataFrame, columns: Sequence[str], by: Sequence[str], *, limit: int = 10, **places: int) -> Answer:
    """These columns of the first `limit` rows, those named in `places` rounded; `by` columns, ``-paid`` downwards."""
    rows = rows.with_columns(
        pl.Series(name, [rounded(number, kept) for number in rows[name]]) for name, kept in places.items()
    )
    keys = [name.removeprefix("-") for name in by]
    down = [name.startswith("-") for name in by]
    return rows.sort(keys, descending=down).head(limit).select(columns).rows()
