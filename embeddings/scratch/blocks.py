"""Blocks: how much is looked at at a time."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

__all__ = ["BLOCK", "ROW", "row_blocks"]

BLOCK = 1 << 20
"""Entries looked at at a time: what is made of them on the way takes some 100 MB."""

ROW = 8
"""Numbers of a dense row that count as much as an entry, with what is made of it on the way."""


def row_blocks(offsets: NDArray[np.integer], most: int = BLOCK, *, each: int = 1) -> Iterator[tuple[int, int]]:
    """Rows from, and up to but without, of blocks of at most `most` entries; a row of more is a block of its own.

    offsets: [num_rows + 1], where each row's entries begin and the last ones end. each: as how many entries a row
        counts beside its own, `dim // ROW` where a vector is made of it.
    """
    ends = offsets + max(each, 1) * np.arange(len(offsets), dtype=np.int64)
    first, rows = 0, len(offsets) - 1
    while first < rows:
        last = int(np.searchsorted(ends, ends[first] + most, side="right")) - 1
        last = min(max(last, first + 1), rows)
        yield first, last
        first = last
