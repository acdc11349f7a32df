"""Sessions on a street of shops: everyone goes from door to door, five doors a street, so what comes next is plain."""

import numpy as np
from numpy.typing import NDArray

from embeddings.sessions import Sessions

__all__ = ["DOORS", "NUM_PRODUCTS", "STREETS", "rows", "ways"]

STREETS, DOORS = 8, 5
NUM_PRODUCTS = STREETS * DOORS


def ways(number: int, seed: int = 0) -> Sessions:
    """Each begins at any door of any street and goes three doors on, around the corner to the first again."""
    rng = np.random.default_rng(seed)
    sessions = []
    for _ in range(number):
        street, door = rng.integers(STREETS), rng.integers(DOORS)
        sessions.append([int(street * DOORS + (door + steps) % DOORS) for steps in range(4)])
    return Sessions.of(sessions)


def rows(*products: int) -> NDArray[np.int64]:
    return np.array(products, dtype=np.int64)
