"""The choice of an index by what it reads, finds and takes."""

import numpy as np
import pytest
from numpy.typing import NDArray

from embeddings.index import ExactIndex, HnswIndex, QuantisedIndex, SketchIndex, build_index, choice, index_recall, tune


def even(size: int, dim: int = 16, seed: int = 7) -> NDArray[np.float32]:
    """Vectors of one length, on which no order of lengths helps."""
    vectors = np.random.default_rng(seed).normal(size=(size, dim))
    scaled: NDArray[np.float64] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return scaled.astype(np.float32)


@pytest.fixture
def no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every search takes as long as its kind says here, so that a choice does not hang on the machine."""
    seconds = {ExactIndex: 5.0, SketchIndex: 4.5, QuantisedIndex: 2.0, HnswIndex: 1.0}
    monkeypatch.setattr(choice, "_seconds", lambda index, total, queries: seconds.get(type(index), 9.0))
    monkeypatch.setattr(choice, "LOOKED_AT_LIMIT", 0)


def test_a_small_set_is_searched_exactly() -> None:
    assert isinstance(build_index(even(5), even(5)), ExactIndex)


def test_a_set_nobody_asks_is_searched_exactly() -> None:
    assert isinstance(build_index(even(5), np.empty((0, 16), np.float32)), ExactIndex)


@pytest.mark.usefixtures("no_time")
def test_the_fastest_that_finds_enough_serves() -> None:
    vectors = even(600)
    index = build_index(vectors, even(10, seed=10))
    assert isinstance(index, HnswIndex)
    assert index_recall(index, vectors, even(10, seed=11)) >= 0.97


@pytest.mark.usefixtures("no_time")
def test_one_that_is_hardly_faster_does_not_serve(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choice, "KINDS", {"sketch": SketchIndex.build})
    assert isinstance(build_index(even(600), even(5, seed=10)), ExactIndex)


@pytest.mark.usefixtures("no_time")
def test_where_none_finds_enough_search_is_exact() -> None:
    assert isinstance(build_index(even(300), even(5, seed=10), recall=1.1), ExactIndex)


@pytest.mark.usefixtures("no_time")
def test_what_is_fast_enough_ends_the_trial(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choice, "FAST_ENOUGH", 3.0)
    assert isinstance(build_index(even(600), even(5, seed=10)), QuantisedIndex)


def test_tuning_takes_the_least_effort_that_finds_as_much_as_is_wanted() -> None:
    vectors, queries = even(600), even(20, seed=10)
    index = SketchIndex.build(vectors, queries)
    efforts = []
    for recall in (0.5, 0.9, 1.0):
        assert tune(index, vectors, queries, recall)
        assert index_recall(index, vectors, queries) >= recall
        efforts.append(index.effort)
    assert efforts == sorted(efforts)
    assert not tune(index, vectors, queries, 1.1)
