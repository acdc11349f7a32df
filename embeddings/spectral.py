"""The spectral solution: customers and products in the leading singular directions of who bought what; no torch."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

__all__ = ["SpectralSolution", "powers", "ridge", "spectral"]

OVERSAMPLING = 16
ITERATIONS = 4


@dataclass(frozen=True)
class SpectralSolution:
    """D_c^-a · M · D_p^-b ≈ customers · diag(strengths) · productsᵀ, strongest direction first.

    Directions beyond the rank of the matrix are zero.
    """

    customers: NDArray[np.float32]  # [num_customers, dim]
    strengths: NDArray[np.float32]  # [dim]
    products: NDArray[np.float32]  # [num_products, dim]


def spectral(
    matrix: sparse.csr_array,  # [num_customers, num_products], weights of 0 or more
    dim: int,
    rng: np.random.Generator,
    *,
    customer_power: float = 0.4,
    product_power: float = 0.4,
) -> SpectralSolution:
    """The `dim` leading singular directions of the matrix with its rows and columns tempered by their sums.

    Randomised subspace iteration (Halko, Martinsson, Tropp 2011), then the small eigenproblem.
    """
    rows, columns = (np.asarray(matrix.sum(axis=axis)).ravel() for axis in (1, 0))
    tempered = (
        sparse.diags_array(powers(rows, -customer_power)) @ matrix @ sparse.diags_array(powers(columns, -product_power))
    ).astype(np.float32)
    transposed = tempered.T.tocsr()
    width = min(dim + OVERSAMPLING, *matrix.shape)
    basis = rng.standard_normal((matrix.shape[0], width), dtype=np.float32)
    for _ in range(ITERATIONS):
        basis = np.linalg.qr(tempered @ (transposed @ basis))[0]  # [num_customers, width]
    image = transposed @ basis  # [num_products, width]
    squares, directions = np.linalg.eigh(image.T @ image)
    order = np.argsort(-squares, kind="stable")[:dim]
    strengths = np.sqrt(np.maximum(squares[order], 0.0))
    real = strengths > 1e-6 * strengths.max(initial=0.0)
    turned = directions[:, order] * real
    customers = np.zeros((matrix.shape[0], dim), dtype=np.float32)
    products = np.zeros((matrix.shape[1], dim), dtype=np.float32)
    customers[:, : len(order)] = basis @ turned
    products[:, : len(order)] = image @ (turned / np.where(real, strengths, 1.0))
    return SpectralSolution(customers, np.pad(strengths * real, (0, dim - len(order))).astype(np.float32), products)


def powers(values: NDArray[np.floating], exponent: float) -> NDArray[np.float32]:  # [n]
    """values^exponent, and 0 where the value is 0."""
    there = values > 0
    return np.where(there, np.where(there, values, 1.0) ** exponent, 0.0).astype(np.float32)


def ridge(
    features: sparse.csr_array,  # [n, m]
    wanted: NDArray[np.float32],  # [n, dim]
    weights: NDArray[np.float32],  # [n]
    penalty: float,
    iterations: int = 20,
) -> NDArray[np.float32]:  # [m, dim]
    """The θ least in Σ weight · ‖wanted - features · θ‖² + penalty · ‖θ‖²: conjugate gradients, all columns at once."""
    transposed = features.T.tocsr()
    residual = (transposed @ (weights[:, None] * wanted)).astype(np.float32)  # [m, dim]
    solution, direction = np.zeros_like(residual), residual.copy()
    size = np.sum(residual * residual, axis=0)  # [dim]
    for _ in range(iterations):
        image = transposed @ (weights[:, None] * (features @ direction)) + penalty * direction
        length = size / np.maximum(np.sum(direction * image, axis=0), 1e-30)
        solution += length * direction
        residual -= length * image
        rest = np.sum(residual * residual, axis=0)
        direction = residual + rest / np.maximum(size, 1e-30) * direction
        size = rest
    answer: NDArray[np.float32] = solution.astype(np.float32)
    return answer
