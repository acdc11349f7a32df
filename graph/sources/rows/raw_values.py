"""A field's raw values: its columns joined, translated and defaulted as the mapping says, before they are judged."""

from collections.abc import Sequence

import polars as pl

from graph.sources.column import Column, Piece

__all__ = ["raw_values", "text_of"]


def raw_values(column: Column, frame: pl.DataFrame, missing: Sequence[str] = ()) -> pl.Series:
    """What the file says of a field: [rows], null where nothing. Typed where a Parquet column is taken as it is."""
    if column.value is not None:
        return pl.repeat(column.value, frame.height, dtype=pl.String, eager=True)
    if column.first:
        choices = [text_of(raw_values(choice, frame, missing)) for choice in column.first]
        found = _evaluated(pl.coalesce(*choices), frame.height)
    elif column.column is not None:
        found = frame[column.column]
        if found.dtype == pl.String or column.values or column.default is not None:
            found = _without(text_of(found), missing)
    elif column.template is not None:
        found = _joined(column.pieces(), frame, missing)
    else:
        return pl.repeat(None, frame.height, dtype=pl.String, eager=True)
    if column.values is not None:
        found = found.replace(list(column.values), list(column.values.values()))
    return found if column.default is None else found.fill_null(column.default)


def text_of(raw: pl.Series) -> pl.Series:
    """A column as trimmed text, null where there is none; a float that is whole reads like the integer it is."""
    if raw.dtype.is_float():
        whole = (raw.is_finite() & (raw == raw.round()) & (raw.abs() < 2**53)).fill_null(False)
        return raw.set(~whole, None).cast(pl.Int64).cast(pl.String).fill_null(raw.cast(pl.String))
    text = raw.cast(pl.String)
    if raw.dtype.is_numeric() or raw.dtype.is_temporal() or raw.dtype == pl.Boolean:
        return text
    text = text.str.strip_chars()
    return text.set(text == "", None)


def _without(text: pl.Series, missing: Sequence[str]) -> pl.Series:
    return text.set(text.is_in(list(missing)), None) if missing else text


def _joined(pieces: Sequence[Piece], frame: pl.DataFrame, missing: Sequence[str]) -> pl.Series:
    """A template filled in; what is missing takes the literal before it along, and all missing is null."""
    joined = pl.lit("")
    for place, piece in enumerate(pieces):
        literal = pl.lit(piece.literal)
        if piece.column is None:
            joined = pl.when(joined == "").then(joined).otherwise(joined + literal)
            continue
        text = pl.lit(_styled(_without(text_of(frame[piece.column]), missing), piece.style))
        led = joined + literal + text
        if place > 0:
            led = pl.when(joined == "").then(text).otherwise(led)
        joined = pl.when(text.is_null()).then(joined).otherwise(led)
    filled = _evaluated(joined, frame.height)
    return filled.set(filled == "", None)


def _styled(text: pl.Series, style: str) -> pl.Series:
    if not style:
        return text
    text = text.str.replace_all(r"\s+", " ")
    if style == "sentence":
        return text.str.slice(0, 1).str.to_uppercase() + text.str.slice(1).str.to_lowercase()
    return {"lower": text.str.to_lowercase, "upper": text.str.to_uppercase, "title": text.str.to_titlecase}[style]()


def _evaluated(expression: pl.Expr, height: int) -> pl.Series:
    return pl.select(expression.alias("text")).to_series() if height else pl.Series([], dtype=pl.String)
