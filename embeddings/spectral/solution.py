"""The spectral solution: customers and products in the leading singular directions of who bought what; no torch."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from embeddings.scratch import BLOCK, ROW, row_blocks

__all__ = ["SpectralSolution", "powers", "ridge", "spectral"]

OVERSAMPLING = 16
ITERATIONS = 4

ROWS = 8192
"""Rows that are turned to double precision at a time."""

NOTHING = 1e-13
"""A direction whose square is less than this part of the greatest is rounding."""


@dataclass(frozen=True)
class SpectralSolution:
    """D_c^-a · M · D_p^-b ≈ U · diag(strengths) · productsᵀ, strongest direction first.

    A customer's row of U is their tempered row times products / strengths: no array has a row a customer. Directions
    beyond the rank of the matrix are zero.
    """

    strengths: NDArray[np.float32]  # [dim]
    products: NDArray[np.float32]  # [num_products, dim]


def spectral(
    matrix: sparse.csr_array,  # [num_customers, num_products], weights of 0 or more
    dim: int,
    rng: np.random.Generator,
    *,
    customer_power: float = 0.4,
    product_power: float = 0.4,
    block: int = BLOCK,
) -> SpectralSolution:
    """The `dim` leading singular directions of the matrix with its rows and columns tempered by their sums.

    Randomised subspace iteration (Halko, Martinsson, Tropp 2011) with the matrix's products among themselves, then the
    small eigenproblem. The matrix is read through once an iteration, `block` entries at a time, and never copied: it
    may lie in a mapped file. Memory is some arrays of [num_products, dim] and one of [num_customers].
    """
    tempered = _Tempered(matrix, customer_power, product_power, block)
    width = min(dim + OVERSAMPLING, *matrix.shape)
    basis = rng.standard_normal((matrix.shape[1], width), dtype=np.float32)
    for _ in range(ITERATIONS):
        basis = _orthonormal(tempered.twice(basis))
    basis = _orthonormal(basis)
    squares, directions = np.linalg.eigh(tempered.gram(basis))
    order = np.argsort(-squares, kind="stable")[:dim]
    strengths = np.sqrt(np.maximum(squares[order], 0.0))
    real = strengths > 1e-6 * strengths.max(initial=0.0)
    products = np.zeros((matrix.shape[1], dim), dtype=np.float32)
    products[:, : len(order)] = basis @ (directions[:, order] * real).astype(np.float32)
    return SpectralSolution(np.pad(strengths * real, (0, dim - len(order))).astype(np.float32), products)


def _orthonormal(vectors: NDArray[np.float32]) -> NDArray[np.float32]:  # [n, width] -> the same
    """A basis of the columns, zeros in place of those the others span; once more, and it is orthonormal to rounding.

    By the eigenvectors of their inner products in double precision (Stathopoulos, Wu 2002), which takes a fraction of
    the time of Householder's reflections where n is much larger than the width.
    """
    inner = np.zeros((vectors.shape[1], vectors.shape[1]))
    for start in range(0, len(vectors), ROWS):
        rows = vectors[start : start + ROWS].astype(np.float64)
        inner += rows.T @ rows
    squares, directions = np.linalg.eigh(inner)
    there = squares > NOTHING * squares.max(initial=0.0)
    scales = np.where(there, np.where(there, squares, 1.0) ** -0.5, 0.0)
    basis: NDArray[np.float32] = vectors @ (directions * scales).astype(np.float32)
    return basis


class _Tempered:
    """D_c^-a · M · D_p^-b, a block of customers at a time."""

    def __init__(self, matrix: sparse.csr_array, customer_power: float, product_power: float, block: int) -> None:
        self._matrix, self._block = matrix, block
        rows, columns = np.zeros(matrix.shape[0]), np.zeros(matrix.shape[1])
        for first, last in row_blocks(matrix.indptr, block):
            part = matrix[first:last]
            rows[first:last] = part.sum(axis=1)
            columns += part.sum(axis=0)
        self._rows, self._columns = powers(rows, -customer_power), powers(columns, -product_power)[:, None]

    def twice(self, basis: NDArray[np.float32]) -> NDArray[np.float32]:  # [num_products, width] -> the same
        """The transposed matrix times the matrix times the basis."""
        sums = np.zeros_like(basis)
        for part, factors, image in self._images(basis):
            sums += part.T @ (factors * image)
        return sums * self._columns

    def gram(self, basis: NDArray[np.float32]) -> NDArray[np.float64]:  # [num_products, width] -> [width, width]
        """The matrix times the basis, transposed, times itself."""
        inner = np.zeros((basis.shape[1], basis.shape[1]))
        for _, _, image in self._images(basis):
            inner += image.T @ image
        return inner

    def _images(
        self, basis: NDArray[np.float32]
    ) -> Iterator[tuple[sparse.csr_array, NDArray[np.float32], NDArray[np.float32]]]:
        """Of some customers: their weights, their factors [n, 1], and their rows of the matrix times the basis."""
        scaled = basis * self._columns
        for first, last in row_blocks(self._matrix.indptr, self._block, each=basis.shape[1] // ROW):
            part, factors = self._matrix[first:last], self._rows[first:last, None]
            yield part, factors, factors * (part @ scaled)


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
