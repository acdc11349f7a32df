"""The choice of an index by what it finds and has to do."""

import time

import numpy as np
import pytest
from numpy.typing import NDArray

from embeddings.index import (
    ExactIndex,
    HnswIndex,
    IvfIndex,
    QuantisedIndex,
    SketchIndex,
    build_index,
    choice,
    index_recall,
    tune,
)


def even(size: int, dim: int = 16, seed: int = 7) -> NDArray[np.float32]:
    """Vectors of one length, on which no order of lengths helps."""
    vectors = np.random.default_rng(seed).normal(size=(size, dim))
    scaled: NDArray[np.float64] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return scaled.astype(np.float32)


@pytest.fixture
def weighed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every search does as much as its kind says here, whatever the size of the set."""
    work = {ExactIndex: 5.0, SketchIndex: 4.5, QuantisedIndex: 2.0, HnswIndex: 1.0, IvfIndex: 9.0}
    monkeypatch.setattr(choice, "_work", lambda index, masks, queries: work[type(index)])
    monkeypatch.setattr(choice, "LITTLE_WORK", 0.0)
    monkeypatch.setattr(choice, "FAST_ENOUGH", 0.0)
    monkeypatch.setattr(choice, "KINDS", {name: choice.Kind(kind.build) for name, kind in choice.KINDS.items()})


def test_a_small_set_is_searched_exactly() -> None:
    assert isinstance(build_index(even(5), even(5)), ExactIndex)


def test_a_set_nobody_asks_is_searched_exactly() -> None:
    assert isinstance(build_index(even(5), np.empty((0, 16), np.float32)), ExactIndex)


@pytest.mark.usefixtures("weighed")
def test_the_one_with_least_to_do_that_finds_enough_serves() -> None:
    vectors = even(600)
    index = build_index(vectors, even(10, seed=10))
    assert isinstance(index, HnswIndex)
    assert index_recall(index, vectors, even(10, seed=11)) >= 0.97


@pytest.mark.usefixtures("weighed")
def test_one_that_has_hardly_less_to_do_does_not_serve(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choice, "KINDS", {"sketch": choice.Kind(SketchIndex.build)})
    assert isinstance(build_index(even(600), even(5, seed=10)), ExactIndex)


@pytest.mark.usefixtures("weighed")
def test_where_none_finds_enough_search_is_exact() -> None:
    assert isinstance(build_index(even(300), even(5, seed=10), recall=1.1), ExactIndex)


@pytest.mark.usefixtures("weighed")
def test_what_does_little_ends_the_trial(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choice, "FAST_ENOUGH", 3.0)
    assert isinstance(build_index(even(600), even(5, seed=10)), QuantisedIndex)


@pytest.mark.usefixtures("weighed")
def test_what_cannot_do_a_fifth_less_is_not_built(monkeypatch: pytest.MonkeyPatch) -> None:
    hopeless = choice.Kind(choice.KINDS["hnsw"].build, lambda total, dim: 1.7)
    monkeypatch.setattr(choice, "KINDS", {"quantised": choice.KINDS["quantised"], "hnsw": hopeless})
    assert isinstance(build_index(even(600), even(5, seed=10)), QuantisedIndex)


def test_a_choice_is_the_same_every_time_and_asks_no_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choice, "LITTLE_WORK", 0.0)
    monkeypatch.setattr(choice, "FAST_ENOUGH", 0.0)
    for clock in ("perf_counter", "thread_time", "process_time", "monotonic"):
        monkeypatch.setattr(time, clock, lambda: pytest.fail("a clock was asked"))
    vectors, queries = even(3000, dim=32), even(40, dim=32, seed=10)
    one, other = build_index(vectors, queries), build_index(vectors, queries)
    assert type(one) is type(other)
    assert getattr(one, "effort", 0) == getattr(other, "effort", 0)
    query = even(1, dim=32, seed=11)[0]
    assert one.search(query, 50).rows.tolist() == other.search(query, 50).rows.tolist()


@pytest.mark.parametrize("name", list(choice.KINDS))
def test_work_grows_with_effort_and_never_falls_below_the_least(name: str) -> None:
    vectors, queries = even(4200, dim=64), even(20, dim=64, seed=10)
    index = choice.KINDS[name].build(vectors, queries)
    masks = choice._masks(len(vectors))
    spent = []
    for effort in choice._steps(index):
        index.effort = effort
        spent.append(choice._work(index, masks, queries))
    assert spent == sorted(spent)
    assert spent[0] < spent[-1]
    assert choice.KINDS[name].least_work(*vectors.shape) <= spent[0]


def test_exact_search_does_less_where_lengths_differ() -> None:
    same, query = even(20_000), even(1, seed=10)[0]
    different = same * np.geomspace(1, 1e-3, len(same), dtype=np.float32)[:, None]
    assert ExactIndex(different).work(query, 100) < 0.5 * ExactIndex(same).work(query, 100)


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


def test_the_recall_relied_on_is_below_the_one_measured_and_nears_it_with_more_queries() -> None:
    shares = np.tile([0.9, 1.0], 10)
    few, many = choice._sure(shares), choice._sure(np.tile(shares, 50))
    assert few < many < 0.95
    assert choice._sure(np.ones(20)) == 1.0
