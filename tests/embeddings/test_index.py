"""ExactIndex and HnswIndex: one suite for both, then what only one of them does."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from embeddings.index import ExactIndex, HnswIndex, build_index, index_recall
from embeddings.index import choice as module
from embeddings.serving_snapshot import VectorIndex
from graph import InvalidValue

Make = Callable[[NDArray[np.float32]], VectorIndex]


def thorough(vectors: NDArray[np.float32]) -> HnswIndex:
    """A graph that is searched as far as clusters of random vectors need."""
    index = HnswIndex.build(vectors)
    index.ef_search = 1000
    return index


both = pytest.mark.parametrize("make", [ExactIndex, thorough], ids=["exact", "hnsw"])
VECTORS = np.array([[1, 0], [3, 0], [0, 2], [1, 0], [-1, 0]], dtype=np.float32)
EAST = np.array([1, 0], dtype=np.float32)


def skewed(size: int, dim: int = 16, seed: int = 7) -> NDArray[np.float32]:
    """Vectors in clusters, their lengths spread over two orders of magnitude, as popularity spreads trained ones."""
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(20, dim))
    vectors = centres[rng.integers(20, size=size)] + rng.normal(size=(size, dim))
    lengths = np.exp(rng.normal(size=(size, 1)))
    scaled: NDArray[np.float64] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True) * lengths
    return scaled.astype(np.float32)


@both
def test_the_largest_inner_products_come_first_with_ties_by_row(make: Make) -> None:
    found = make(VECTORS).search(EAST, 4)
    assert found.rows.tolist() == [1, 0, 3, 2]
    assert found.scores.tolist() == [3, 1, 1, 0]


@both
def test_there_are_no_more_rows_than_vectors(make: Make) -> None:
    assert len(make(VECTORS).search(EAST, 100).rows) == 5
    assert len(make(np.empty((0, 2), dtype=np.float32)).search(EAST, 3).rows) == 0


@both
def test_only_allowed_rows_are_found(make: Make) -> None:
    index = make(VECTORS)
    assert index.search(EAST, 5, np.array([True, False, True, True, True])).rows.tolist() == [0, 3, 2, 4]
    assert index.search(EAST, 5, np.array([False, False, False, True, False])).rows.tolist() == [3]
    assert index.search(EAST, 5, np.zeros(5, dtype=np.bool_)).rows.tolist() == []


@both
@pytest.mark.parametrize("share", [0.9, 0.5, 0.1, 0.002])
def test_a_filter_of_any_width_gets_its_nearest(make: Make, share: float) -> None:
    vectors = skewed(3000)
    index = make(vectors)
    allowed = np.random.default_rng(3).random(len(vectors)) < share
    places = np.flatnonzero(allowed)
    recall = []
    for query in skewed(20, seed=8):
        best = places[np.argsort(-(vectors[places] @ query))][:50]
        found = index.search(query, 50, allowed).rows
        assert allowed[found].all()
        recall.append(len(np.intersect1d(best, found)) / len(best))
    assert np.mean(recall) > 0.97


@both
def test_a_wrong_question_is_refused_by_name(make: Make) -> None:
    index = make(VECTORS)
    with pytest.raises(InvalidValue, match=r"vector: got \(3,\), expected the shape \(2,\)"):
        index.search(np.zeros(3, dtype=np.float32), 1)
    with pytest.raises(InvalidValue, match="k: got 0"):
        index.search(EAST, 0)
    with pytest.raises(InvalidValue, match=r"allowed: got .*expected \(5,\) of bool"):
        index.search(EAST, 1, np.ones(4, dtype=np.bool_))


@both
def test_many_threads_get_the_answers_of_one(make: Make) -> None:
    vectors, queries = skewed(2000), skewed(200, seed=9)
    index = make(vectors)
    alone = [index.search(query, 10).rows.tolist() for query in queries]
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(lambda query: index.search(query, 10).rows.tolist(), queries)) == alone


small = st.lists(st.tuples(st.integers(-2, 2), st.integers(-2, 2)), min_size=1, max_size=40)


@given(small, st.tuples(st.integers(-2, 2), st.integers(-2, 2)), st.integers(1, 45))
def test_exact_search_is_a_sort_by_score_and_row(
    vectors: list[tuple[int, int]], query: tuple[int, int], k: int
) -> None:
    array, asked = np.array(vectors, dtype=np.float32), np.array(query, dtype=np.float32)
    expected = sorted(range(len(array)), key=lambda row: (-float(array[row] @ asked), row))[:k]
    assert ExactIndex(array).search(asked, k).rows.tolist() == expected


def test_a_large_set_gets_a_graph_that_finds_nearly_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOOKED_AT_LIMIT", 4000)
    vectors = skewed(4000)
    index = build_index(vectors, skewed(50, seed=10))
    assert isinstance(index, HnswIndex)
    assert index_recall(index, vectors, skewed(50, seed=11)) >= 0.97


def test_a_graph_that_finds_too_little_gives_way_to_exact_search(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOOKED_AT_LIMIT", 100)
    monkeypatch.setattr(module, "RECALL_SOUGHT", 1.1)
    assert isinstance(build_index(skewed(200), skewed(5, seed=10)), ExactIndex)


def test_a_small_set_is_searched_exactly() -> None:
    index = build_index(VECTORS, VECTORS)
    assert isinstance(index, ExactIndex)
    assert index_recall(index, VECTORS, VECTORS) == 1.0


def test_a_graph_comes_back_from_its_file_as_it_was(tmp_path: Path) -> None:
    vectors = skewed(500)
    index = HnswIndex.build(vectors)
    index.ef_search = 200
    index.write(tmp_path / "products.hnsw")
    again = HnswIndex.read(tmp_path / "products.hnsw", vectors)
    assert again.ef_search == 200
    for query in skewed(5, seed=12):
        assert again.search(query, 20).rows.tolist() == index.search(query, 20).rows.tolist()


def test_a_graph_of_other_vectors_is_refused(tmp_path: Path) -> None:
    HnswIndex.build(VECTORS).write(tmp_path / "products.hnsw")
    with pytest.raises(InvalidValue, match=r"products.hnsw: .*expected an HNSW graph of \(4, 2\) vectors"):
        HnswIndex.read(tmp_path / "products.hnsw", VECTORS[:4])
