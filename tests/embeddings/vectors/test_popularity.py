"""Log popularity beside an inner product."""

import numpy as np
import pytest

from embeddings.vectors.popularity import with_log_popularity
from graph import InteractionKind
from tests.embeddings.greengrocer import greengrocer

BUYERS = np.array([3.0, 3.0, 3.0, 0.0, 1.0])


def test_a_score_grows_by_the_weighted_log_of_how_many_have_the_product() -> None:
    plain = greengrocer()
    given = with_log_popularity(plain, BUYERS, 0.1)
    known = np.linalg.norm(plain.customer_vectors, axis=1) > 0
    expected = plain.customer_vectors @ plain.product_vectors.T + 0.1 * np.log(np.maximum(BUYERS, 1.0))
    scores = given.customer_vectors @ given.product_vectors.T
    assert scores[known] == pytest.approx(expected[known], abs=1e-5)
    assert not given.customer_vectors[~known].any()
    assert given.manifest.parameters == plain.manifest.parameters
    assert given.manifest.customer_function.parts == (plain.dim, 1)


def test_any_history_has_as_much_of_it() -> None:
    given = with_log_popularity(greengrocer(), BUYERS, 0.1)
    purchased = list(InteractionKind).index(InteractionKind.PURCHASED)
    for rows, ages in (([0], [0.0]), ([0, 1, 2], [5.0, 90.0, 2.0])):
        size = len(rows)
        vector = given.customer_vector(
            np.array(rows, dtype=np.int32),
            np.full(size, purchased, dtype=np.int8),
            np.array(ages, dtype=np.float32),
            np.ones(size, dtype=np.float32),
        )
        assert vector[-1] == pytest.approx(2**-0.5, abs=1e-6)
