"""counting_sort: rows brought together by group, a bounded part of them at a time."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embeddings.scratch.files import Scratch

__all__ = ["counting_sort"]


def counting_sort(
    columns: Sequence[NDArray[Any]],  # each [num_rows, …]
    groups: Callable[[slice], NDArray[np.integer]],  # of these rows [n], from 0 on
    sizes: NDArray[np.integer],  # [num_groups]
    scratch: Scratch,
) -> list[NDArray[Any]]:
    """The columns in the scratch, rows of group 0 first and so on, within a group as they were."""
    ends = np.cumsum(sizes)
    filled = ends - sizes
    moved = [scratch.empty(column.shape, column.dtype) for column in columns]
    for some in scratch.slices(len(columns[0])):
        group = groups(some)
        order = np.argsort(group, kind="stable")
        met = np.bincount(group, minlength=len(sizes))
        place = np.arange(len(order)) + np.repeat(filled - (np.cumsum(met) - met), met)
        for column, to in zip(columns, moved, strict=True):
            to[place] = column[some][order]
        filled += met
    return moved
