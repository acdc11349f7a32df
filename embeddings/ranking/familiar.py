"""Familiar: how much a customer bought of each group of products, and how lately."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["DISCOVERED_DAYS", "WORTH_DAYS", "Familiar"]

DISCOVERED_DAYS, WORTH_DAYS = 30.0, 90.0


@dataclass(frozen=True)
class Familiar:
    """codes: [n] of the groups bought of. sums: [n + 1, 3] float32, log1p of the products bought, of those met of late
    (half-life 30 days) and of those bought of late (90 days); the first row, of zeros, is every other group's.
    """

    codes: NDArray[np.int64]
    sums: NDArray[np.float32]
    num_codes: int

    @classmethod
    def bought(
        cls,
        codes: NDArray[np.int64],  # [num_bought, num_groups]
        first: NDArray[np.int64],  # [num_bought] days ago
        last: NDArray[np.int64],  # [num_bought] days ago
        num_codes: int,
    ) -> "Familiar":
        """Of who bought products of these groups for the first and for the last time so long ago."""
        every, groups = codes.ravel(), codes.shape[1]
        discovered, worth = np.exp2(-first / DISCOVERED_DAYS), np.exp2(-last / WORTH_DAYS)
        counts = [
            np.bincount(every, weights, minlength=num_codes)
            for weights in (None, discovered.repeat(groups), worth.repeat(groups))
        ]
        own = counts[0].nonzero()[0]
        sums = np.zeros((len(own) + 1, len(counts)), dtype=np.float32)
        sums[1:] = np.stack([count.take(own) for count in counts], axis=1)
        return cls(own, np.log1p(sums), num_codes)

    def of(self, codes: NDArray[np.int64]) -> NDArray[np.float32]:  # [m, num_groups] -> [m, num_groups, 3]
        """The sums of these groups."""
        rows = np.zeros(self.num_codes, dtype=np.int32)
        rows[self.codes] = np.arange(1, len(self.codes) + 1)
        return self.sums.take(rows.take(codes), axis=0)
