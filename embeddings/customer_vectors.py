"""Customers' vectors: what their products add up to, at unit length, a block of customers at a time."""

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from embeddings.scratch import MEMORY, ROW, Scratch, row_blocks

__all__ = ["customer_vectors"]


def customer_vectors(
    weights: sparse.csr_array,  # [num_customers, num_products]
    inputs: NDArray[np.float32],  # [num_products, dim]
    scratch: Scratch = MEMORY,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The rows of weights @ inputs at unit length [num_customers, dim], and how long they were [num_customers].

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
