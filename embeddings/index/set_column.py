"""SetColumn: several codes by row, such as the regions a product is sold in, as one bit a row for each code."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from embeddings.index.found import Mask, Rows
from graph import InvalidValue

__all__ = ["SetColumn", "Sets"]

PIECE = 4096
"""How many rows have their bits taken away at a time: of every code, a byte for each is looked at."""


@dataclass(frozen=True)
class Sets:
    """Sets of codes of 0 or more, those of one row after those of the row before.

    lengths: [n] int64, how many codes each row has. codes: [sum(lengths)] int64.
    """

    lengths: NDArray[np.int64]
    codes: NDArray[np.int64]

    @staticmethod
    def of(sets: Sequence[Collection[int]]) -> "Sets":
        """InvalidValue for a code below 0."""
        lengths = np.fromiter(map(len, sets), dtype=np.int64, count=len(sets))
        codes = np.fromiter(chain.from_iterable(sets), dtype=np.int64, count=int(lengths.sum()))
        if codes.min(initial=0) < 0:
            raise InvalidValue("codes", int(codes.min()), "codes of 0 or more")
        return Sets(lengths, codes)

    @staticmethod
    def joined(parts: Iterable["Sets"]) -> "Sets":
        """The rows of one after those of the other; there is at least one."""
        lengths, codes = zip(*((part.lengths, part.codes) for part in parts), strict=True)
        return Sets(np.concatenate(lengths), np.concatenate(codes))

    def __len__(self) -> int:
        return len(self.lengths)


class SetColumn:
    """Which rows hold a code, as bits, and how many do: a code's rows are read at an eighth of a byte each.

    Memory is an eighth of a byte for each code and row, twice that after growing.
    """

    def __init__(self, sets: Sets) -> None:
        self._bits = np.zeros((0, 0), dtype=np.uint8)  # [codes, capacity / 8]
        self._counts = np.zeros(0, dtype=np.int64)  # [codes] rows that hold each
        self._total = 0
        self.put(np.arange(len(sets)), sets)

    def put(self, rows: Rows, sets: Sets) -> None:
        """These rows, each named once, hold these sets now; a row behind the last is a new one."""
        total = max(self._total, int(rows.max(initial=-1)) + 1)
        self._reach(int(sets.codes.max(initial=-1)) + 1, total)
        held = rows[rows < self._total]
        for start in range(0, len(held), PIECE):
            self._clear(held[start : start + PIECE])
        self._total = total
        room = 8 * self._bits.shape[1]
        pairs = np.sort(np.repeat(rows, sets.lengths) + sets.codes * room)  # the places of their bits
        pairs = pairs[np.diff(pairs, prepend=-1) > 0]  # ten times as fast as np.unique
        self._counts += np.bincount(pairs // max(room, 1), minlength=len(self._counts))
        if len(pairs):
            starts = np.flatnonzero(np.diff(pairs >> 3, prepend=-1))
            self._bits.reshape(-1)[pairs[starts] >> 3] |= np.bitwise_or.reduceat(_bit(pairs), starts)

    def count(self, codes: Collection[int]) -> int:
        """How many rows hold any of these codes, at most; none of them is looked at."""
        return min(self._total, int(self._counts[self._known(codes)].sum()))

    def mask(self, codes: Collection[int]) -> Mask:  # [n]
        """Which rows hold any of these codes."""
        held = np.bitwise_or.reduce(self._bits[self._known(codes)], axis=0)
        return np.unpackbits(held, count=self._total, bitorder="little").view(np.bool_)

    def holds(self, codes: Collection[int], rows: Rows) -> Mask:  # [len(rows)]
        """Which of these rows hold any of these codes."""
        held = self._bits[self._known(codes)[:, None], rows >> 3]  # [codes, len(rows)]
        return np.asarray((np.bitwise_or.reduce(held, axis=0) & _bit(rows)) != 0)

    def _known(self, codes: Collection[int]) -> NDArray[np.int64]:
        """Those that were ever held, each once."""
        return np.array(sorted({code for code in codes if 0 <= code < len(self._counts)}), dtype=np.int64)

    def _clear(self, rows: Rows) -> None:
        """Take these rows away from whatever they hold; the rows of one byte together."""
        places, of_place = np.unique(rows >> 3, return_inverse=True)
        cleared = np.zeros(len(places), dtype=np.uint8)
        np.bitwise_or.at(cleared, of_place, _bit(rows))
        before = self._bits[:, places]  # [codes, places]
        self._counts -= np.bitwise_count(before & cleared).sum(axis=1, dtype=np.int64)
        self._bits[:, places] = before & ~cleared

    def _reach(self, codes: int, total: int) -> None:
        """Have room for so many codes and rows; where rows are added later, for as many again."""
        held, width = self._bits.shape
        if codes <= held and total <= 8 * width:
            return
        wider = width if total <= 8 * width else (total * (2 if width else 1) + 7) // 8
        bits = np.zeros((max(held, codes), wider), dtype=np.uint8)
        bits[:held, :width] = self._bits
        self._counts = np.concatenate([self._counts, np.zeros(len(bits) - held, dtype=np.int64)])
        self._bits = bits


def _bit(rows: Rows) -> NDArray[np.uint8]:
    """The bit of each row in its byte."""
    return np.left_shift(np.uint8(1), (rows & 7).astype(np.uint8))
