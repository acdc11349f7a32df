"""Scratch: where the large arrays of learning lie, in memory or in mapped files, looked at a block at a time."""

import mmap
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from embeddings.scratch.blocks import BLOCK
from graph import PatronError

__all__ = ["MEMORY", "Scratch"]


@dataclass(frozen=True)
class Scratch:
    """Memory, or a folder: then arrays are files there that have no name and are gone with the last use of the array.

    A mapped file is no memory of the process: the system keeps as much of it at hand as is free, and writes back the
    rest. Arrays of both kinds are filled by the same code, `block` entries at a time, so that they hold the same.
    """

    folder: Path | None = None
    block: int = BLOCK

    def empty(self, shape: int | tuple[int, ...], dtype: DTypeLike) -> NDArray[Any]:
        """An array to be filled; PatronError where the folder is not there or its disk has no room for it."""
        size = int(np.prod(shape, dtype=np.int64)) * np.dtype(dtype).itemsize
        if self.folder is None or size == 0:
            return np.empty(shape, dtype=dtype)
        try:
            with tempfile.TemporaryFile(dir=self.folder) as file:
                os.posix_fallocate(file.fileno(), 0, size)  # a disk that is full says so now, not by a signal later
                return np.ndarray(shape, dtype=dtype, buffer=mmap.mmap(file.fileno(), size))
        except OSError as error:
            asked = f"room for {size / 1e9:.3f} GB in the scratch folder {str(self.folder)!r}"
            raise PatronError(f"there is not {asked}: {error.strerror}") from error

    def trimmed(self, array: NDArray[Any], length: int) -> NDArray[Any]:
        """The first `length` rows, in an array of their own where these are not all."""
        if length == len(array):
            return array
        kept = self.empty((length, *array.shape[1:]), array.dtype)
        kept[:] = array[:length]
        return kept

    def slices(self, length: int) -> Iterator[slice]:
        """0 to `length` in parts of at most a block."""
        for start in range(0, length, self.block):
            yield slice(start, min(start + self.block, length))


MEMORY = Scratch()
