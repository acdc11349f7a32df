"""The fields of judged rows as the parts of events they become, a list a field."""

from typing import Any

import polars as pl

from graph.events.family import Context
from graph.nodes import Trait
from graph.sources.rows.table_rows import OFFSET

__all__ = ["contexts", "field_values", "grouped", "offsets", "traits"]

_CONTEXT = ("channel", "device", "place", "locale", "page")


def field_values(frame: pl.DataFrame, name: str, default: Any = None) -> list[Any]:
    """A field, [rows], `default` where the file says nothing or the mapping leaves it out."""
    if name not in frame.columns:
        return [default] * frame.height
    column = frame[name]
    return column.to_list() if default is None else column.fill_null(default).to_list()


def offsets(frame: pl.DataFrame) -> list[int]:
    """Minutes each row's clock was ahead of UTC, [rows]."""
    return field_values(frame, OFFSET, 0)


def contexts(frame: pl.DataFrame) -> list[Context]:
    """Where each row happened, [rows]; rows of the same place share one object."""
    if not any(name in frame.columns for name in _CONTEXT):
        return [Context()] * frame.height
    made: dict[tuple[str, ...], Context] = {}
    columns = [field_values(frame, name, "") for name in _CONTEXT]
    return [made.get(where) or made.setdefault(where, Context(*where)) for where in zip(*columns, strict=True)]


def grouped(frame: pl.DataFrame, group: str) -> list[tuple[str, pl.Series]]:
    """The names in a group such as ``discounts``, each with its values, [rows]."""
    columns = [name for name in frame.columns if name.startswith(f"{group}.")]
    return [(name.partition(".")[2], frame[name]) for name in columns]


def traits(frame: pl.DataFrame, group: str) -> list[dict[str, Trait]]:
    """A group as one dict a row, names without a value left out, [rows]."""
    held: list[dict[str, Trait]] = [{} for _ in range(frame.height)]
    for name, values in grouped(frame, group):
        for row, value in enumerate(values.to_list()):
            if isinstance(value, float) and value.is_integer():
                held[row][name] = int(value)
            elif value is not None:
                held[row][name] = value
    return held
