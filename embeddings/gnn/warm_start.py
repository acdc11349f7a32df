"""Warm start: products where an earlier set left them, and those it does not know turned into its space."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from embeddings.vectors.embedding_set import EmbeddingSet
from graph import InvalidValue, ProductId

__all__ = ["WarmStart", "warm_start"]


class WarmStart(NamedTuple):
    """states: [num_products, dim], what histories add up, scaled to a typical length of 1. output_scale: [dim], v."""

    states: NDArray[np.float32]
    output_scale: NDArray[np.float32]


def warm_start(
    earlier: EmbeddingSet,
    products: Sequence[ProductId],
    vectors: NDArray[np.float32],  # [num_products, dim], of a new start, in a space of their own
    gains: NDArray[np.float32],  # [num_products], of now
) -> WarmStart | None:
    """None where the set and these products have none in common. InvalidValue where dimensions differ.

    The new vectors are turned by the rotation that brings them nearest to the earlier ones of the products in common
    (orthogonal Procrustes, Schönemann 1966). A score y · x of the earlier set is its gain times e^v times the products
    of the coordinates, so the mean of log(y / x) over the products, less that over the dimensions, is v.
    """
    if earlier.dim != vectors.shape[1]:
        raise InvalidValue(
            "dim", vectors.shape[1], f"{earlier.dim}, as the version {earlier.version} that it starts from"
        )
    rows = {product: row for row, product in enumerate(earlier.products)}
    own = np.array([rows.get(product, -1) for product in products], dtype=np.int64)
    known = own >= 0
    known[known] = earlier.input_vectors[own[known]].any(axis=1)
    if not known.any():
        return None
    inputs, outputs = earlier.input_vectors[own[known]], earlier.product_vectors[own[known]]
    size = np.sqrt(np.square(inputs).sum(axis=1).mean())
    anchored = vectors[known]
    left, _, right = np.linalg.svd(anchored.T @ inputs)
    turned = vectors @ (left @ right)
    length = np.sqrt(np.square(anchored).sum(axis=1).mean())
    states = turned / (length if length > 0 else 1.0)
    states[known] = inputs / size
    return WarmStart(states.astype(np.float32), _output_scale(inputs / size, outputs, gains[known]))


def _output_scale(
    inputs: NDArray[np.float32], outputs: NDArray[np.float32], gains: NDArray[np.float32]
) -> NDArray[np.float32]:  # [dim]
    whole = (np.abs(inputs) > TINY).all(axis=1) & (np.abs(outputs) > TINY).all(axis=1) & (gains > 0)
    if not whole.any():
        return np.zeros(inputs.shape[1], dtype=np.float32)
    logs = np.log(np.abs(outputs[whole] / inputs[whole])) - np.log(gains[whole])[:, None]  # [n, dim]
    scale: NDArray[np.float32] = np.median(logs, axis=0).astype(np.float32)
    return scale


TINY = 1e-12
