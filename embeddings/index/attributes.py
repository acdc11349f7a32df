"""Attributes: what is known of each row, in columns, and the rows that conditions over them allow."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embeddings.index.found import Mask, Rows
from embeddings.index.set_column import SetColumn, Sets
from embeddings.index.sorted_column import Column, SortedColumn, narrowed
from graph import InvalidValue

__all__ = ["Attributes", "Between", "Column", "Condition", "Holds", "Listed", "NoneOf", "OneOf", "Selection", "Sets"]

FEW = 16
"""Where one condition allows fewer than one row in so many, the others are asked of those rows alone."""


@dataclass(frozen=True)
class OneOf:
    """The column holds one of these codes: a category, a brand, ``OneOf("in_stock", (1,))``."""

    column: str
    codes: tuple[int, ...]


@dataclass(frozen=True)
class NoneOf:
    """The column holds none of these codes: every category but one."""

    column: str
    codes: tuple[int, ...]


@dataclass(frozen=True)
class Between:
    """The column holds a number from `least` to `most`, both included: a price, a date."""

    column: str
    least: int
    most: int


@dataclass(frozen=True)
class Holds:
    """The column, which has several codes a row, has one of these among them: the regions a product is sold in."""

    column: str
    codes: tuple[int, ...]


@dataclass(frozen=True)
class Listed:
    """The row is one of these: an allow-list."""

    rows: Rows


Condition = OneOf | NoneOf | Between | Holds | Listed


@dataclass(frozen=True)
class Selection:
    """Allowed rows: rising `rows` where they are few, else a `mask` [n]; `count` of them."""

    count: int
    rows: Rows | None = None
    mask: Mask | None = None

    def listed(self) -> Rows:
        """The allowed rows, rising."""
        if self.rows is not None:
            return self.rows
        return np.flatnonzero(np.empty(0) if self.mask is None else self.mask)

    def without(self, rows: Rows, total: int) -> "Selection":
        """What remains of it, of `total` rows, without these."""
        if self.rows is not None:
            left = self.rows[~np.isin(self.rows, rows)]
            return Selection(len(left), rows=left)
        mask = self.masked(total).copy()
        mask[rows] = False
        return Selection(int(np.count_nonzero(mask)), mask=mask)

    def masked(self, total: int) -> Mask:  # [total]
        """The allowed rows as a mask."""
        if self.mask is not None:
            return self.mask
        mask = np.zeros(total, dtype=np.bool_)
        mask[self.rows] = True
        return mask


class Attributes:
    """Columns of whole numbers or booleans by row, each also held in the order of its values, and columns of sets.

    So a category's or a price range's rows are one slice (an inverted list) and a region's are a row of bits, counted
    without being looked at. The most selective condition leads; where it allows few rows, the others are asked of those
    alone.
    """

    def __init__(self, columns: Mapping[str, Column | Sets]) -> None:
        """InvalidValue where columns differ in length."""
        sizes = {name: len(column) for name, column in columns.items()}
        self._total = max(sizes.values(), default=0)
        if len(set(sizes.values())) > 1:
            raise InvalidValue("columns", sizes, "columns of one length")
        self._sets = {name: SetColumn(column) for name, column in columns.items() if isinstance(column, Sets)}
        plain = {name: column for name, column in columns.items() if not isinstance(column, Sets)}
        self._columns = {name: narrowed(column) for name, column in plain.items()}  # each [capacity]
        self._sorted = {name: SortedColumn(column) for name, column in self._columns.items()}

    def __len__(self) -> int:
        return self._total

    def put(self, rows: Rows, columns: Mapping[str, Column | Sets]) -> None:
        """Set what these rows hold: a price, a stock; rows behind the last one are added, in every column.

        Each row is named once. Whoever puts and whoever selects are one thread. InvalidValue where added rows leave a
        gap or lack a column.
        """
        total = max(self._total, int(rows.max(initial=-1)) + 1)
        added = np.unique(rows[rows >= self._total])
        if len(added) != total - self._total:
            raise InvalidValue("rows", added.tolist(), f"every row from {self._total} to {total - 1}")
        if len(added) and set(columns) != self._columns.keys() | self._sets.keys():
            raise InvalidValue("columns", sorted(columns), f"values of each of {self._names()}")
        self._total = total
        for name, values in columns.items():
            if isinstance(values, Sets):
                self._set(name).put(rows, values)
            else:
                self._put(name, rows, np.asarray(values))

    def select(self, conditions: Sequence[Condition]) -> Selection:
        """The rows that meet all conditions; InvalidValue for a column that is not there."""
        sizes = [self.count(condition) for condition in conditions]
        if sizes and min(sizes) * FEW < self._total:
            lead = sizes.index(min(sizes))
            rows = self._slice(conditions[lead])
            for place, condition in enumerate(conditions):
                if place != lead or not isinstance(condition, Listed | Holds):  # others' slices may hold changed rows
                    rows = rows[self._met(condition, rows)]
            return Selection(len(rows), rows=np.sort(rows))
        mask = np.ones(self._total, dtype=np.bool_)
        for condition in conditions:
            mask &= self._met(condition, None)
        return Selection(int(np.count_nonzero(mask)), mask=mask)

    def _put(self, name: str, rows: Rows, values: Column) -> None:
        held, old = self._column(name), self._sorted[name]
        if len(values) and not np.can_cast(np.result_type(*_ends(values)), held.dtype):
            held = held.astype(np.int64)
        if len(held) < self._total:
            held = np.concatenate([held, np.zeros(self._total, dtype=held.dtype)])  # room for as many again
        self._columns[name] = held
        known = rows < len(old)
        changed = rows[~known | (held[rows] != values)]
        held[rows] = values
        old.changed(changed, held, self._total)

    def _column(self, name: str) -> Column:
        try:
            return self._columns[name]
        except KeyError:
            raise InvalidValue("column", name, f"one of {sorted(self._columns)}") from None

    def _set(self, name: str) -> SetColumn:
        try:
            return self._sets[name]
        except KeyError:
            raise InvalidValue("column", name, f"one of {sorted(self._sets)}") from None

    def _names(self) -> list[str]:
        return sorted([*self._columns, *self._sets])

    def meets(self, conditions: Sequence[Condition], rows: Rows) -> Mask:  # [len(rows)]
        """Which of these rows meet all conditions."""
        met = np.ones(len(rows), dtype=np.bool_)
        for condition in conditions:
            met &= self._met(condition, rows)
        return met

    def count(self, condition: Condition) -> int:
        """How many rows the condition allows, at most; none of them is looked at."""
        if isinstance(condition, Listed):
            return len(condition.rows)
        if isinstance(condition, Holds):
            return self._set(condition.column).count(condition.codes)
        self._column(condition.column)
        if isinstance(condition, NoneOf):
            return self._total
        return self._sorted[condition.column].count(*_ranges(condition))

    def _slice(self, condition: Condition) -> Rows:
        """The rows it allows and perhaps others, each once."""
        if isinstance(condition, Listed):
            rows = np.sort(condition.rows).astype(np.int64)
            if len(rows) and not 0 <= rows[0] <= rows[-1] < self._total:
                raise InvalidValue("rows", (int(rows[0]), int(rows[-1])), f"rows from 0 to {self._total - 1}")
            return rows[np.diff(rows, prepend=-1) > 0]  # ten times as fast as np.unique
        if isinstance(condition, Holds):
            return np.flatnonzero(self._set(condition.column).mask(condition.codes))
        if isinstance(condition, NoneOf):
            return np.arange(self._total)
        return self._sorted[condition.column].rows(*_ranges(condition))

    def _met(self, condition: Condition, rows: Rows | None) -> Mask:  # [len(rows)] or [n]
        if isinstance(condition, Listed):
            listed = np.zeros(self._total, dtype=np.bool_)
            listed[self._slice(condition)] = True
            return listed if rows is None else listed[rows]
        if isinstance(condition, Holds):
            sets = self._set(condition.column)
            return sets.mask(condition.codes) if rows is None else sets.holds(condition.codes, rows)
        held = self._column(condition.column)
        values = held[: self._total] if rows is None else held.take(rows)
        match condition:
            case OneOf(_, (code,)):
                return np.asarray(values == code)
            case NoneOf(_, (code,)):
                return np.asarray(values != code)
            case OneOf(_, codes):
                return np.isin(values, codes)
            case NoneOf(_, codes):
                return np.isin(values, codes, invert=True)
            case Between(_, least, most):
                return np.asarray((values >= least) & (values <= most))


def _ends(values: Column) -> tuple[np.dtype[Any], np.dtype[Any]]:
    """The narrowest types of the least and of the greatest value."""
    return np.min_scalar_type(int(values.min())), np.min_scalar_type(int(values.max()))


def _ranges(condition: OneOf | Between) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """What it allows, as (least, most) of ranges that do not overlap."""
    if isinstance(condition, Between):
        return np.array([condition.least]), np.array([condition.most])
    codes = np.unique(np.array(condition.codes, dtype=np.int64))
    return codes, codes
