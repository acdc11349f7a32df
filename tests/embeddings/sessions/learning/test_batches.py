"""SessionBatches."""

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from embeddings.sessions import Sessions
from embeddings.sessions.learning.batches import SessionBatches


def pairs(batches: SessionBatches) -> list[tuple[int, int]]:
    """(a product, what came after it) of an epoch."""
    epoch = list(batches.epoch(np.random.default_rng(0)))
    done = [row for batch in epoch for row in batch.done[batch.there].tolist()]
    return list(zip(done, [row for batch in epoch for row in batch.next[batch.there].tolist()], strict=True))


@settings(deadline=None, max_examples=50)
@given(st.lists(st.lists(st.integers(0, 9), max_size=6), max_size=12), st.integers(1, 9))
def test_an_epoch_has_every_product_but_the_first_of_each_session_once(past: list[list[int]], size: int) -> None:
    batches = SessionBatches(Sessions.of(past), size, most_products=9)
    expected = [pair for session in past for pair in pairwise(session)]
    assert sorted(pairs(batches)) == sorted(expected)
    assert batches.num_products() == len(expected)


def test_of_a_long_session_the_newest_are_taken() -> None:
    assert pairs(SessionBatches(Sessions.of([[1, 2, 3, 4]]), 8, most_products=2)) == [(2, 3), (3, 4)]


def test_batches_are_smaller_where_an_epoch_would_have_few() -> None:
    batches = SessionBatches(Sessions.of([[1, 2, 3, 4, 5]] * 100), 1024, 9)
    assert batches.smaller(20).size == 20
    assert batches.smaller(1000).size == 16
    assert batches.smaller(1).size == 400
