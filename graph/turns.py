"""in_turns: long work in pieces, between which whoever else waits for the core has it."""

import os
from collections.abc import Iterable, Iterator
from typing import TypeVar

__all__ = ["in_turns"]

T = TypeVar("T")


def in_turns(pieces: Iterable[T]) -> Iterator[T]:
    """The same pieces, the core offered to other processes after each.

    A scheduler leaves whoever runs on a core there for some milliseconds, even one so nice that it gets next to
    nothing on the whole: an answer that wakes up meanwhile waits for all of them. It costs a microsecond a piece.
    """
    for piece in pieces:
        yield piece
        os.sched_yield()
