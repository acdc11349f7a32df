"""What was bought of each group, counted one product at a time."""

import numpy as np

from embeddings.ranking.familiar import Familiar

CODES = np.array([[0, 4], [0, 5], [1, 4]])  # [num_bought, num_groups]
FIRST, LAST = np.array([30, 60, 90]), np.array([0, 60, 90])


def test_every_group_has_its_sums_and_all_others_none() -> None:
    familiar = Familiar.bought(CODES, FIRST, LAST, 7)
    found = np.expm1(familiar.of(np.array([[0, 4], [1, 5], [2, 6]])))  # [m, num_groups, 3]
    worth = [2 ** (-age / 90) for age in LAST]
    assert np.allclose(found[0, 0], [2, 0.5 + 0.25, worth[0] + worth[1]], atol=1e-5)
    assert np.allclose(found[0, 1], [2, 0.5 + 0.125, worth[0] + worth[2]], atol=1e-5)
    assert np.allclose(found[1], [[1, 0.125, worth[2]], [1, 0.25, worth[1]]], atol=1e-5)
    assert not found[2].any()
