"""Customer blocks: edges brought together by customer, a bounded part of them at a time."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embeddings.scratch import Scratch, row_blocks
from graph import EdgeArrays

__all__ = ["by_customer"]

NEEDED = ("customer", "target", "kind", "day", "order")
"""The columns that are brought; the others stay empty."""


def by_customer(edges: EdgeArrays, scratch: Scratch) -> Iterator[EdgeArrays]:
    """The edges of some customers after the other, at most a block at a time, within it in the order of `edges`.

    A customer of more than a block is one alone. Two passes over `edges`, counting and moving: a counting sort, whose
    result lies in the scratch. Edges that are one block stay where they are.
    """
    counts = np.zeros(len(edges.customers) + 1, dtype=np.int64)
    for some in scratch.slices(len(edges)):
        np.add.at(counts, edges.customer[some] + 1, 1)
    offsets = np.cumsum(counts)
    blocks = list(row_blocks(offsets, scratch.block))
    if len(blocks) <= 1:
        yield edges
        return
    begins = offsets[[first for first, _ in blocks]]
    block_of = np.repeat(np.arange(len(blocks)), [last - first for first, last in blocks])  # [num_customers]
    columns = _moved(edges, block_of, begins, scratch)
    for begin, end in zip(begins, np.append(begins[1:], len(edges)), strict=True):
        part: dict[str, Any] = {name: column[begin:end] for name, column in columns.items()}
        part |= {name: getattr(edges, name)[:0] for name in ("at", "quantity", "value")}
        yield replace(edges, **part)


def _moved(
    edges: EdgeArrays, block_of: NDArray[np.int64], begins: NDArray[np.int64], scratch: Scratch
) -> dict[str, NDArray[Any]]:
    """The columns with the edges of the first block first, and so on."""
    columns = {name: scratch.empty(len(edges), getattr(edges, name).dtype) for name in NEEDED}
    filled = begins.copy()
    for some in scratch.slices(len(edges)):
        block = block_of[edges.customer[some]]
        order = np.argsort(block, kind="stable")
        met = np.bincount(block, minlength=len(begins))
        place = np.arange(len(order)) + np.repeat(filled - (np.cumsum(met) - met), met)
        for name, column in columns.items():
            column[place] = getattr(edges, name)[some][order]
        filled += met
    return columns
