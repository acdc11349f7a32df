"""SortedColumn: the rows of a column in the order of their values, kept while values change and rows are added."""

import numpy as np
from numpy.typing import NDArray

from embeddings.index.found import Rows

__all__ = ["Column", "SortedColumn", "narrowed"]

Column = NDArray[np.integer | np.bool_]

Bounds = NDArray[np.int64]
"""One end of each of some ranges, itself included."""

MAX_CHANGED = 256
"""After how many changes they are merged into the order."""


class SortedColumn:
    """An inverted list of every value: the rows of a range of values are one slice, whose size is known at once."""

    def __init__(self, column: Column) -> None:
        self._order = np.argsort(column, kind="stable").astype(np.int32)
        self._values = column[self._order].astype(np.int64)  # so that looking for a number converts nothing
        self._fresh: set[int] = set()

    def __len__(self) -> int:
        return len(self._order)

    def changed(self, rows: Rows, column: Column, total: int) -> None:
        """These rows of the column hold something new; `total` of its rows mean something."""
        self._fresh.update(rows.tolist())
        if len(self._fresh) > MAX_CHANGED:
            self._merge(column, total)

    def count(self, least: Bounds, most: Bounds) -> int:
        """How many rows hold a value of one of these ranges, at most: from `least` to `most`, which do not overlap."""
        starts, stops = self._places(least, most)
        return int((stops - starts).sum()) + len(self._fresh)

    def rows(self, least: Bounds, most: Bounds) -> Rows:
        """The rows of such ranges and those that have changed, each once."""
        starts, stops = self._places(least, most)
        held = np.flatnonzero(stops > starts)
        parts = [self._order[starts[place] : stops[place]] for place in held.tolist()]
        if not self._fresh and len(parts) == 1:
            return parts[0].astype(np.int64)
        rows = np.concatenate([*parts, np.fromiter(self._fresh, dtype=np.int64)]).astype(np.int64)
        return np.unique(rows) if self._fresh else rows

    def _places(self, least: Bounds, most: Bounds) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        starts, stops = np.searchsorted(self._values, least, "left"), np.searchsorted(self._values, most, "right")
        return starts, np.maximum(starts, stops)

    def _merge(self, column: Column, total: int) -> None:
        fresh = np.sort(np.fromiter(self._fresh, dtype=np.int32))
        fresh = fresh[np.argsort(column[fresh], kind="stable")]
        stale = np.zeros(total, dtype=np.bool_)
        stale[fresh] = True
        order = self._order[~stale[self._order]]
        values = column[order].astype(np.int64)
        places = np.searchsorted(values, column[fresh].astype(np.int64), "right")
        self._order = np.insert(order, places, fresh)
        self._values = np.insert(values, places, column[fresh])
        self._fresh.clear()


def narrowed(column: Column) -> Column:
    """A copy in the narrowest type of 8, 32 or 64 bits: a condition takes as long as it has bytes to read."""
    kinds = (np.int8, np.int32) if column.dtype.kind in "bi" else (np.uint8, np.uint32)
    least, most = (int(column.min()), int(column.max())) if len(column) else (0, 0)
    fitting = [kind for kind in kinds if np.iinfo(kind).min <= least and most <= np.iinfo(kind).max]
    return column.astype(fitting[0]) if fitting else column.copy()
