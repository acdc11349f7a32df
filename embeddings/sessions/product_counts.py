"""ProductCounts: how often each product was done in past sessions, and what came after it."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from embeddings.adjacency.strongest import strongest
from embeddings.sessions.sessions import Sessions
from embeddings.snapshot.serving_snapshot import Adjacency
from graph.files import read_array, write_array

__all__ = ["ProductCounts"]

MOST_STEPS = 3
"""What comes so many steps after a product still counts, half as much with each."""

MOST_FOLLOWERS = 100

RECENT_SHARE = 0.05
"""After so many of all sessions a count of late is half."""


@dataclass(frozen=True)
class ProductCounts:
    """popularity: log1p of how often each was done, ever and of late. followers: product → what came after it; counts
    are how often at once or within three steps, strengths halve with each step."""

    popularity: NDArray[np.float32]  # [num_products, 2]
    followers: Adjacency

    @classmethod
    def of(cls, sessions: Sessions, num_products: int) -> "ProductCounts":
        lengths = np.diff(sessions.offsets)
        session = np.repeat(np.arange(len(sessions)), lengths)
        products = sessions.products.astype(np.int64)
        late = np.exp2((session - len(sessions)) / max(RECENT_SHARE * len(sessions), 1.0))
        counts = [np.bincount(products, weights, minlength=num_products) for weights in (None, late)]
        keys, weights = [np.empty(0, dtype=np.int64)], [np.empty(0)]
        for steps in range(1, MOST_STEPS + 1):
            together = session[steps:] == session[:-steps]
            keys.append((products[:-steps] * num_products + products[steps:])[together])
            weights.append(np.full(len(keys[-1]), 0.5 ** (steps - 1)))
        pairs, place, count = np.unique(np.concatenate(keys), return_inverse=True, return_counts=True)
        strength = np.bincount(place, np.concatenate(weights), minlength=len(pairs))
        followers = strongest(
            num_products, pairs // num_products, pairs % num_products, count, strength, MOST_FOLLOWERS
        )
        return cls(np.log1p(np.stack(counts, axis=1)).astype(np.float32), followers)

    def write(self, folder: Path, name: str) -> None:
        """Its arrays as files whose names begin with `name`."""
        write_array(folder, f"{name}.popularity", self.popularity)
        for part in ("offsets", "columns", "counts", "strengths"):
            write_array(folder, f"{name}.followers.{part}", getattr(self.followers, part))

    @classmethod
    def read(cls, folder: Path, name: str) -> "ProductCounts":
        """What `write` wrote, by mmap; FileBroken where a file is missing or not of its type and shape."""
        popularity = read_array(folder, f"{name}.popularity", np.float32, (None, 2))
        columns = read_array(folder, f"{name}.followers.columns", np.int32, (None,))
        return cls(
            popularity,
            Adjacency(
                read_array(folder, f"{name}.followers.offsets", np.int64, (len(popularity) + 1,)),
                columns,
                read_array(folder, f"{name}.followers.counts", np.int32, (len(columns),)),
                read_array(folder, f"{name}.followers.strengths", np.float32, (len(columns),)),
            ),
        )
