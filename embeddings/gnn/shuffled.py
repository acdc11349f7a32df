"""shuffled: numbers in random order, also where they are too many for the memory."""

import numpy as np
from numpy.typing import NDArray

from embeddings.scratch import Scratch, counting_sort

__all__ = ["shuffled"]


def shuffled(numbers: NDArray[np.int64], rng: np.random.Generator, scratch: Scratch) -> NDArray[np.int64]:
    """The numbers in random order, every order as likely as any other.

    More than a block are first dealt to parts at random, and then each part is shuffled by itself (Rao 1961, Sandelius
    1962): nothing is fetched one by one from all over a mapped file.
    """
    parts = -(-len(numbers) // scratch.block)
    if parts <= 1:
        return rng.permutation(numbers)
    part: NDArray[np.int32] = scratch.empty(len(numbers), np.int32)
    sizes = np.zeros(parts, dtype=np.int64)
    for some in scratch.slices(len(numbers)):
        part[some] = rng.integers(parts, size=some.stop - some.start)
        sizes += np.bincount(part[some], minlength=parts)
    (order,) = counting_sort([numbers], lambda some: part[some], sizes, scratch)
    ends = np.cumsum(sizes)
    for first, last in zip(ends - sizes, ends, strict=True):
        rng.shuffle(order[first:last])
    return order
