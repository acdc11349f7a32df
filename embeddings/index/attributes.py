"""Attributes: what is known of each row, in columns, and the rows that conditions over them allow."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embeddings.index.found import Mask, Rows
from graph import InvalidValue

__all__ = ["AnyBit", "Attributes", "Between", "Column", "Condition", "Listed", "OneOf", "Selection"]

Column = NDArray[np.integer | np.bool_]

FEW = 16
"""Where one condition allows fewer than one row in so many, the others are asked of those rows alone."""

MAX_CHANGED = 256
"""After how many changes of a column its order is made anew."""


@dataclass(frozen=True)
class OneOf:
    """The column holds one of these codes: a category, a brand, ``OneOf("in_stock", (1,))``."""

    column: str
    codes: tuple[int, ...]


@dataclass(frozen=True)
class Between:
    """The column holds a number from `least` to `most`, both included: a price, a date."""

    column: str
    least: int
    most: int


@dataclass(frozen=True)
class AnyBit:
    """The column has one of these bits set: the regions a product is sold in, as bits of one number."""

    column: str
    bits: int


@dataclass(frozen=True)
class Listed:
    """The row is one of these: an allow-list."""

    rows: Rows


Condition = OneOf | Between | AnyBit | Listed


@dataclass(frozen=True)
class Selection:
    """Allowed rows: rising `rows` where they are few, else a `mask` [n]; `count` of them."""

    count: int
    rows: Rows | None = None
    mask: Mask | None = None


class Attributes:
    """Columns of whole numbers or booleans by row, each also held in the order of its values.

    So a category's or a price range's rows are one slice (an inverted list), counted without being looked at. The most
    selective condition leads; where it allows few rows, the others are asked of those alone.
    """

    def __init__(self, columns: Mapping[str, Column]) -> None:
        """InvalidValue where columns differ in length."""
        self._columns = {name: _narrow(column) for name, column in columns.items()}
        sizes = {name: len(column) for name, column in self._columns.items()}
        self._total = max(sizes.values(), default=0)
        if len(set(sizes.values())) > 1:
            raise InvalidValue("columns", sizes, "columns of one length")
        self._sorted = {name: _Sorted(column) for name, column in self._columns.items()}

    def __len__(self) -> int:
        return self._total

    def put(self, column: str, row: int, value: int) -> None:
        """Set one value: a price, a stock. Whoever puts and whoever selects are one thread."""
        held = self._column(column)
        if not np.can_cast(np.min_scalar_type(value), held.dtype):
            self._columns[column] = held = held.astype(np.int64)
        held[row] = value
        self._sorted[column].changed(row)
        if len(self._sorted[column].fresh) > MAX_CHANGED:
            self._sorted[column] = _Sorted(self._columns[column])

    def grown(self, columns: Mapping[str, Column]) -> "Attributes":
        """These rows and new ones behind them; InvalidValue where a column is missing."""
        if set(columns) != set(self._columns):
            raise InvalidValue("columns", sorted(columns), f"values of each of {sorted(self._columns)}")
        return Attributes({name: np.concatenate([held, columns[name]]) for name, held in self._columns.items()})

    def select(self, conditions: Sequence[Condition]) -> Selection:
        """The rows that meet all conditions; InvalidValue for a column that is not there."""
        sizes = [self._count(condition) for condition in conditions]
        if sizes and min(sizes) * FEW < self._total:
            lead = sizes.index(min(sizes))
            rows = self._slice(conditions[lead])
            for place, condition in enumerate(conditions):
                if place != lead or not isinstance(condition, Listed):  # a column's slice may hold changed rows
                    rows = rows[self._met(condition, rows)]
            return Selection(len(rows), rows=np.sort(rows))
        mask = np.ones(self._total, dtype=np.bool_)
        for condition in conditions:
            mask &= self._met(condition, None)
        return Selection(int(np.count_nonzero(mask)), mask=mask)

    def _column(self, name: str) -> Column:
        try:
            return self._columns[name]
        except KeyError:
            raise InvalidValue("column", name, f"one of {sorted(self._columns)}") from None

    def _count(self, condition: Condition) -> int:
        """How many rows the condition allows, at most."""
        if isinstance(condition, Listed):
            return len(condition.rows)
        held = self._column(condition.column)
        return len(held) if isinstance(condition, AnyBit) else self._sorted[condition.column].count(_ranges(condition))

    def _slice(self, condition: Condition) -> Rows:
        """The rows it allows and perhaps others, each once."""
        if isinstance(condition, Listed):
            rows = np.unique(condition.rows).astype(np.int64)
            if len(rows) and not 0 <= rows[0] <= rows[-1] < self._total:
                raise InvalidValue("rows", (int(rows[0]), int(rows[-1])), f"rows from 0 to {self._total - 1}")
            return rows
        if isinstance(condition, AnyBit):
            return np.arange(self._total)
        return self._sorted[condition.column].rows(_ranges(condition))

    def _met(self, condition: Condition, rows: Rows | None) -> Mask:  # [len(rows)] or [n]
        if isinstance(condition, Listed):
            listed = np.zeros(self._total, dtype=np.bool_)
            listed[self._slice(condition)] = True
            return listed if rows is None else listed[rows]
        held = self._column(condition.column)
        values = held if rows is None else held.take(rows)
        match condition:
            case OneOf(_, (code,)):
                return np.asarray(values == code)
            case OneOf(_, codes):
                return np.isin(values, codes)
            case Between(_, least, most):
                return np.asarray((values >= least) & (values <= most))
            case AnyBit(_, bits):
                return np.asarray((values & _within(bits, values.dtype)) != 0)


class _Sorted:
    """A column's rows in the order of their values, and the rows that have changed since."""

    def __init__(self, column: Column) -> None:
        self._order = np.argsort(column, kind="stable").astype(np.int64)
        self._values = column[self._order].astype(np.int64)
        self.fresh: set[int] = set()

    def changed(self, row: int) -> None:
        self.fresh.add(row)

    def count(self, ranges: list[tuple[int, int]]) -> int:
        return sum(stop - start for start, stop in self._places(ranges)) + len(self.fresh)

    def rows(self, ranges: list[tuple[int, int]]) -> Rows:
        parts = [self._order[start:stop] for start, stop in self._places(ranges)]
        if not self.fresh:
            return parts[0] if len(parts) == 1 else np.concatenate([*parts, np.empty(0, dtype=np.int64)])
        return np.unique(np.concatenate([*parts, np.fromiter(self.fresh, dtype=np.int64)]))

    def _places(self, ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
        return [
            (int(np.searchsorted(self._values, least, "left")), int(np.searchsorted(self._values, most, "right")))
            for least, most in ranges
        ]


def _within(bits: int, kind: np.dtype[Any]) -> np.integer:
    """Those of the bits that a number of this type can have set."""
    width = 8 * kind.itemsize - (kind.kind == "i")
    within: np.integer = kind.type(bits & ((1 << width) - 1))
    return within


def _narrow(column: Column) -> Column:
    """A copy in the narrowest type of 8, 32 or 64 bits: a condition takes as long as it has bytes to read."""
    kinds = (np.int8, np.int32) if column.dtype.kind in "bi" else (np.uint8, np.uint32)
    least, most = (int(column.min()), int(column.max())) if len(column) else (0, 0)
    fitting = [kind for kind in kinds if np.iinfo(kind).min <= least and most <= np.iinfo(kind).max]
    return column.astype(fitting[0]) if fitting else column.copy()


def _ranges(condition: OneOf | Between) -> list[tuple[int, int]]:
    """What it allows, as ranges that do not overlap, both ends included."""
    if isinstance(condition, OneOf):
        return [(code, code) for code in sorted(set(condition.codes))]
    return [(condition.least, condition.most)] if condition.least <= condition.most else []
