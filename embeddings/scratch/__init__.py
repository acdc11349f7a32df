"""Scratch: the large arrays of learning, in memory or in mapped files, and work on them a block at a time; no torch."""

from embeddings.scratch.blocks import BLOCK, ROW, row_blocks
from embeddings.scratch.counting_sort import counting_sort
from embeddings.scratch.customer_blocks import by_customer
from embeddings.scratch.files import MEMORY, Scratch
from embeddings.scratch.unit_rows import unit_rows

__all__ = ["BLOCK", "MEMORY", "ROW", "Scratch", "by_customer", "counting_sort", "row_blocks", "unit_rows"]
