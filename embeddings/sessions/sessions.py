"""Sessions: what was done in each of many visits, or bought in each of many baskets, as flat arrays."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph import InvalidValue

__all__ = ["Sessions"]


@dataclass(frozen=True)
class Sessions:
    """Session s did ``products[offsets[s]:offsets[s + 1]]``, oldest first, and ended at ``at[s]``; the oldest session
    comes first.

    at: in any unit of time that all that is asked of these sessions uses too, such as microseconds UTC.
    """

    offsets: NDArray[np.int64]  # [num_sessions + 1]
    products: NDArray[np.int32]  # [num_clicks] rows of the catalogue
    at: NDArray[np.int64]  # [num_sessions], rising

    def __len__(self) -> int:
        return len(self.at)

    @classmethod
    def of(cls, products: Sequence[Sequence[int]], at: Sequence[int] | None = None) -> "Sessions":
        """One list of rows a session. at: when each ended; their order is their time where it is None.

        InvalidValue for a row below 0, and for times that are not one a session.
        """
        offsets = np.concatenate([[0], np.cumsum([len(session) for session in products], dtype=np.int64)])
        rows = np.array([row for session in products for row in session], dtype=np.int64)
        times = np.arange(len(products)) if at is None else np.asarray(at, dtype=np.int64)
        return cls.from_arrays(offsets.astype(np.int64), rows, times)

    @classmethod
    def from_arrays(cls, offsets: NDArray[np.int64], products: NDArray[np.int64], at: NDArray[np.int64]) -> "Sessions":
        """The same of flat arrays, the sessions in any order; those of one time stay in theirs."""
        if len(at) != len(offsets) - 1:
            raise InvalidValue("at", f"{len(at)} times", f"one a session, {len(offsets) - 1}")
        if len(products) and not 0 <= products.min() <= products.max() <= np.iinfo(np.int32).max:
            raise InvalidValue("products", f"{products.min()} to {products.max()}", "rows of 0 or more, of 32 bits")
        order = np.argsort(at, kind="stable")
        lengths = np.diff(offsets)[order]
        ends = np.cumsum(lengths)
        places = np.arange(len(products)) + np.repeat(offsets[:-1][order] - (ends - lengths), lengths)
        return cls(np.concatenate([[0], ends]), products[places].astype(np.int32), at[order])

    def part(self, first: int, end: int) -> "Sessions":
        """The sessions `first` … `end - 1`."""
        start, stop = self.offsets[first], self.offsets[end]
        return Sessions(self.offsets[first : end + 1] - start, self.products[start:stop], self.at[first:end])
