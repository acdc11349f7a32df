"""SeenKeys: which rows of a table say again what an earlier one said, in eight bytes a key."""

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

__all__ = ["SeenKeys"]


class SeenKeys:
    """The keys met so far as sorted 64-bit hashes: one false alarm is expected in some 10^19 / keys² tables."""

    def __init__(self) -> None:
        self._hashes: NDArray[np.uint64] = np.empty(0, dtype=np.uint64)

    def repeated(self, frame: pl.DataFrame, names: Sequence[str]) -> pl.Series:
        """[rows] True where the columns `names` (those there are) hold what an earlier row's held, of this call or
        one before."""
        keys = frame.select(name for name in names if name in frame.columns).hash_rows(seed=17)
        hashes = keys.to_numpy()
        place = np.searchsorted(self._hashes, hashes)
        met = np.zeros(len(hashes), dtype=np.bool_)
        inside = place < len(self._hashes)
        met[inside] = self._hashes[place[inside]] == hashes[inside]
        met |= ~keys.is_first_distinct().to_numpy()
        self._hashes = np.union1d(self._hashes, hashes)
        return pl.Series(met)
