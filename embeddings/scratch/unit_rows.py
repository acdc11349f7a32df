"""unit_rows: what weights add up rows of vectors to, at unit length, a block of rows at a time."""

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from embeddings.scratch.blocks import ROW, row_blocks
from embeddings.scratch.files import MEMORY, Scratch

__all__ = ["unit_rows"]


def unit_rows(
    weights: sparse.csr_array,  # [num_rows, n]
    inputs: NDArray[np.float32],  # [n, dim]
    scratch: Scratch = MEMORY,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The rows of weights @ inputs at unit length [num_rows, dim], and how long they were [num_rows].

    A row of zeros stays one; where a length is not finite, so is its row.
    """
    vectors: NDArray[np.float32] = scratch.empty((weights.shape[0], inputs.shape[1]), np.float32)
    lengths = np.empty(weights.shape[0], dtype=np.float32)
    for first, last in row_blocks(weights.indptr, scratch.block, each=inputs.shape[1] // ROW):
        with np.errstate(over="ignore", invalid="ignore"):
            sums = weights[first:last] @ inputs
            lengths[first:last] = np.linalg.norm(sums, axis=1)
            vectors[first:last] = sums / np.where(lengths[first:last] > 0, lengths[first:last], 1.0)[:, None]
    return vectors, lengths
