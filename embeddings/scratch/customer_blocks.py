"""Customer blocks: edges brought together by customer, a bounded part of them at a time."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from embeddings.scratch.blocks import row_blocks
from embeddings.scratch.counting_sort import counting_sort
from embeddings.scratch.files import Scratch
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
    block_of = np.repeat(np.arange(len(blocks)), [last - first for first, last in blocks])  # [num_customers]
    columns = counting_sort(
        [getattr(edges, name) for name in NEEDED],
        lambda some: block_of[edges.customer[some]],
        np.array([offsets[last] - offsets[first] for first, last in blocks]),
        scratch,
    )
    for first, last in blocks:
        rows = slice(offsets[first], offsets[last])
        part: dict[str, Any] = {name: column[rows] for name, column in zip(NEEDED, columns, strict=True)}
        part |= {name: getattr(edges, name)[:0] for name in ("at", "quantity", "value")}
        yield replace(edges, **part)
