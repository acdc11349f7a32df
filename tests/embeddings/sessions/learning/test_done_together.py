"""Where training starts."""

import numpy as np
import pytest

from embeddings.sessions import Sessions
from embeddings.sessions.learning.done_together import done_together


def test_products_of_the_same_sessions_start_near_each_other_and_those_of_others_do_not() -> None:
    sessions = Sessions.of([[0, 1, 1], [1, 0], [2, 3], [3, 2, 3], []])
    near = (vectors := done_together(sessions, 5, 2, np.random.default_rng(0))) @ vectors.T
    assert near[0, 1] == pytest.approx(1.0, abs=1e-4)
    assert near[2, 3] == pytest.approx(1.0, abs=1e-4)
    assert abs(near[0, 2]) < 1e-3
    assert not vectors[4].any()
