"""Column: where one field of a record comes from: a column, a template of several, or a constant."""

from string import Formatter
from typing import Annotated, Any, Literal, NamedTuple, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

__all__ = ["STYLES", "UNIX_FORMATS", "Column", "Piece"]

STYLES = ("", "lower", "upper", "title", "sentence")
UNIX_FORMATS = {"unix_seconds": 1_000_000, "unix_milliseconds": 1_000, "unix_microseconds": 1}
"""Time formats that are numbers since 1970 UTC, and the microseconds in one."""


class Piece(NamedTuple):
    """A stretch of a template: a literal, then the column after it (None at the end) and how its text is written."""

    literal: str
    column: str | None
    style: str


class Column(BaseModel):
    """Exactly one of `column`, `template`, `value`, `first` and `source` says where the text comes from.

    In a mapping file ``Datum`` is short for ``{column: Datum}``, ``"{type}, {size:lower}"`` for a template and a list
    for `first`: the first of several that is filled in. `values` turns the file's words into ours, `default` stands
    where the file has nothing, `format` is how a time is written, `type` what a trait or attribute is.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    column: str | None = Field(default=None, min_length=1)
    template: str | None = None
    value: str | None = None
    first: tuple["ColumnSpec", ...] = ()
    source: Literal["purchases"] | None = Field(default=None, alias="from")
    values: dict[str, str] | None = None
    default: str | None = None
    format: str | None = Field(default=None, min_length=1)
    type: Literal["text", "number", "flag"] = "text"

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        given = [self.column is not None, self.template is not None, self.value is not None, bool(self.first)]
        if sum(given) + (self.source is not None) != 1:
            raise ValueError("exactly one of column, template, value, from or a list of them")
        self.pieces()
        return self

    def pieces(self) -> list[Piece]:
        """The template taken apart; ValueError where its braces or styles are not understood."""
        expected = f"a template like '{{type}}, {{size:lower}}', its styles among {', '.join(STYLES[1:])}"
        try:
            parsed = list(Formatter().parse(self.template or ""))
        except ValueError:
            raise ValueError(expected) from None
        if any(conversion or name == "" or (style or "") not in STYLES for _, name, style, conversion in parsed):
            raise ValueError(expected)
        return [Piece(literal, name, style or "") for literal, name, style, _ in parsed]

    def names(self) -> list[str]:
        """The file's columns this field reads, in the order written."""
        own = [self.column] if self.column is not None else [piece.column for piece in self.pieces() if piece.column]
        return own + [name for choice in self.first for name in choice.names()]


def _spelled_out(spec: Any) -> Any:
    if isinstance(spec, str):
        return {"template": spec} if "{" in spec else {"column": spec}
    return {"first": spec} if isinstance(spec, list) else spec


ColumnSpec = Annotated[Column, BeforeValidator(_spelled_out)]
"""A column as a mapping file may spell it."""

Column.model_rebuild()
