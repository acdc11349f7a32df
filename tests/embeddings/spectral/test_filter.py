"""The spectral filter, on a board of two crowds and against its own formula."""

import numpy as np
import pytest

from embeddings.interaction_matrix import InteractionMatrix
from embeddings.settings_search.pairs import AS_OF, pair_edges
from embeddings.spectral import SpectralConfig, SpectralFilter
from graph import InteractionKind, InvalidValue

PURCHASED = list(InteractionKind).index(InteractionKind.PURCHASED)


@pytest.fixture(scope="module")
def fitted() -> SpectralFilter:
    """Customers 0-9 take six of products 0-9 each, customers 10-19 of 10-19, every product six times."""
    pairs = [(c, 10 * (c // 10) + (c + step) % 10) for c in range(20) for step in (0, 1, 2, 4, 5, 7)]
    users, items = np.array(pairs).T
    return SpectralFilter.fit(InteractionMatrix.from_edges(pair_edges(users, items), AS_OF), SpectralConfig(dim=8))


def test_customers_score_the_products_of_their_crowd_above_the_others(fitted: SpectralFilter) -> None:
    embeddings = fitted.embeddings(SpectralConfig(dim=2))
    scores = embeddings.customer_vectors @ embeddings.product_vectors.T
    assert scores[:10, :10].min() > scores[:10, 10:].max()
    assert scores[10:, 10:].min() > scores[10:, :10].max()


def test_published_customers_are_what_their_histories_make_of_them(fitted: SpectralFilter) -> None:
    embeddings = fitted.embeddings(SpectralConfig(dim=8, strength_power=0.7, popularity_power=0.2))
    matrix = fitted.matrix
    for row in range(20):
        own = matrix.customer == row
        vector = embeddings.customer_vector(
            matrix.product[own], matrix.kind[own], matrix.ages()[own], matrix.times[own].astype(np.float32)
        )
        assert vector == pytest.approx(embeddings.customer_vectors[row], abs=1e-5)


def test_a_sum_over_products_is_the_left_singular_vector(fitted: SpectralFilter) -> None:
    """Strength 1: customers are U · s, but for their length."""
    embeddings = fitted.embeddings(SpectralConfig(dim=8, strength_power=1.0))
    dense = fitted.weights.toarray()
    tempered = dense * dense.sum(1, keepdims=True) ** -0.4 * dense.sum(0) ** -0.4
    wanted = tempered @ fitted.solution.products
    wanted /= np.linalg.norm(wanted, axis=1, keepdims=True)
    assert embeddings.customer_vectors == pytest.approx(wanted, abs=1e-3)


def test_the_same_seed_gives_the_same_vectors(fitted: SpectralFilter) -> None:
    again = SpectralFilter.fit(fitted.matrix, fitted.fitted).embeddings(fitted.fitted)
    assert (again.product_vectors == fitted.embeddings(fitted.fitted).product_vectors).all()


def test_settings_beyond_what_was_fitted_are_refused(fitted: SpectralFilter) -> None:
    with pytest.raises(InvalidValue, match="at most the 8"):
        fitted.embeddings(SpectralConfig(dim=9))
    with pytest.raises(InvalidValue, match="dim"):
        SpectralConfig(dim=0)
    with pytest.raises(InvalidValue, match="half_life_days"):
        SpectralConfig(half_life_days=0.0)
