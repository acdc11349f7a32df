"""The spectral solution and the ridge regression beside it."""

import numpy as np
import pytest
from scipy import sparse

from embeddings.spectral import powers, ridge, spectral

# Two crowds that share nothing: two customers with two products, three customers with three.
CHECKERBOARD = sparse.csr_array(np.kron(np.eye(2), np.ones((3, 3)))[[0, 1, 3, 4, 5]][:, [0, 1, 3, 4, 5]])


def test_the_directions_are_the_crowds() -> None:
    solution = spectral(CHECKERBOARD, 2, np.random.default_rng(0))
    products = np.abs(solution.products)
    assert products[2:, 0] == pytest.approx([3**-0.5] * 3)  # the larger crowd is the stronger direction
    assert products[:2, 1] == pytest.approx([2**-0.5] * 2)
    assert products[:2, 0] == pytest.approx([0, 0], abs=1e-6)


def test_it_multiplies_back_to_the_tempered_matrix() -> None:
    matrix = sparse.csr_array(np.random.default_rng(1).random((6, 9)).astype(np.float32))
    solution = spectral(matrix, 6, np.random.default_rng(0), customer_power=0.5, product_power=0.2)
    dense = matrix.toarray()
    tempered = dense * dense.sum(1, keepdims=True) ** -0.5 * dense.sum(0) ** -0.2
    assert solution.strengths == pytest.approx(np.linalg.svd(tempered)[1], abs=1e-5)
    back = tempered @ solution.products @ solution.products.T  # customers' directions times strengths, and back
    assert back == pytest.approx(tempered, abs=1e-5)
    assert (np.diff(solution.strengths) <= 0).all()


def test_directions_beyond_the_rank_are_zero() -> None:
    solution = spectral(CHECKERBOARD, 8, np.random.default_rng(0))
    assert solution.products.shape == (5, 8)
    assert not solution.products[:, 2:].any()
    assert not solution.strengths[2:].any()


@pytest.mark.parametrize("shape", [(0, 3), (3, 0), (3, 3)])
def test_a_matrix_of_nothing_has_a_solution_of_zeros(shape: tuple[int, int]) -> None:
    solution = spectral(sparse.csr_array(shape, dtype=np.float32), 4, np.random.default_rng(0))
    assert solution.products.shape == (shape[1], 4)
    assert not solution.products.any()
    assert not solution.strengths.any()


def test_the_same_generator_gives_the_same_solution() -> None:
    one, other = (spectral(CHECKERBOARD, 2, np.random.default_rng(7)).products for _ in range(2))
    assert (one == other).all()


def test_a_power_of_nothing_is_nothing() -> None:
    assert powers(np.array([0.0, 4.0]), -0.5).tolist() == [0.0, 0.5]


def test_ridge_solves_its_normal_equations() -> None:
    rng = np.random.default_rng(0)
    features, wanted, weights = rng.random((8, 3)), rng.random((8, 2)), rng.random(8)
    exact = np.linalg.solve(
        features.T @ (weights[:, None] * features) + 0.5 * np.eye(3), features.T @ (weights[:, None] * wanted)
    )
    solved = ridge(sparse.csr_array(features), wanted.astype(np.float32), weights.astype(np.float32), 0.5)
    assert solved == pytest.approx(exact, abs=1e-4)


def test_ridge_of_no_features_is_empty() -> None:
    empty = sparse.csr_array((4, 0), dtype=np.float32)
    assert ridge(empty, np.ones((4, 2), dtype=np.float32), np.ones(4, dtype=np.float32), 1.0).shape == (0, 2)
