"""Every index: one suite for all of them, then what only some of them do."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from embeddings.index import (
    ExactIndex,
    GrowingIndex,
    HnswIndex,
    IvfIndex,
    QuantisedIndex,
    SketchIndex,
    index_file,
    index_recall,
    read_index,
    write_index,
)
from embeddings.nearest import VectorIndex
from graph import InvalidValue

Vectors = NDArray[np.float32]
Make = Callable[[Vectors], VectorIndex]


def hnsw(vectors: Vectors) -> HnswIndex:
    """A graph that is searched as far as clusters of random vectors need."""
    index = HnswIndex.build(vectors)
    index.effort = 1000
    return index


def ivf(vectors: Vectors) -> IvfIndex:
    index = IvfIndex.build(vectors)
    index.effort = 0.9
    return index


def quantised(vectors: Vectors) -> QuantisedIndex:
    index = QuantisedIndex.build(vectors)
    index.effort = 6
    return index


def sketch(vectors: Vectors) -> SketchIndex:
    return SketchIndex.build(vectors, vectors)


def believing(vectors: Vectors) -> SketchIndex:
    """A sketch that passes over what is unlikely to be among the best."""
    index = SketchIndex.build(vectors, vectors)
    index.effort = 0.5
    return index


def growing(vectors: Vectors) -> GrowingIndex:
    """The last third of the rows, added in two parts to a published index."""
    first, second = len(vectors) * 2 // 3, len(vectors) * 5 // 6
    index = GrowingIndex(ExactIndex(vectors[:first]), vectors[:first])
    index.add(vectors[first:second])
    index.add(vectors[second:])
    return index


EXACT: dict[str, Make] = {"exact": ExactIndex, "sketch": sketch, "growing": growing}
ALL: dict[str, Make] = {**EXACT, "believing": believing, "quantised": quantised, "ivf": ivf, "hnsw": hnsw}
every = pytest.mark.parametrize("make", list(ALL.values()), ids=list(ALL))
exact = pytest.mark.parametrize("make", list(EXACT.values()), ids=list(EXACT))
filed = pytest.mark.parametrize("make", [sketch, quantised, ivf, hnsw], ids=["sketch", "pq", "ivf", "hnsw"])
VECTORS = np.array([[1, 0], [3, 0], [0, 2], [1, 0], [-1, 0]], dtype=np.float32)
EAST = np.array([1, 0], dtype=np.float32)


def skewed(size: int, dim: int = 16, seed: int = 7) -> Vectors:
    """Vectors in clusters, their lengths spread over two orders of magnitude, as popularity spreads trained ones."""
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(20, dim))
    vectors = centres[rng.integers(20, size=size)] + rng.normal(size=(size, dim))
    lengths = np.exp(rng.normal(size=(size, 1)))
    scaled: NDArray[np.float64] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True) * lengths
    return scaled.astype(np.float32)


@cache
def prepared(make: Make, size: int) -> VectorIndex:
    """An index of so many skewed vectors, made once for all the tests."""
    return make(skewed(size))


@every
def test_the_largest_inner_products_come_first_with_ties_by_row(make: Make) -> None:
    found = make(VECTORS).search(EAST, 4)
    assert found.rows.tolist() == [1, 0, 3, 2]
    assert found.scores.tolist() == [3, 1, 1, 0]


@every
def test_there_are_no_more_rows_than_vectors(make: Make) -> None:
    assert len(make(VECTORS).search(EAST, 100).rows) == 5
    assert len(make(np.empty((0, 2), dtype=np.float32)).search(EAST, 3).rows) == 0


@every
def test_only_allowed_rows_are_found(make: Make) -> None:
    index = make(VECTORS)
    assert index.search(EAST, 5, np.array([True, False, True, True, True])).rows.tolist() == [0, 3, 2, 4]
    assert index.search(EAST, 5, np.array([False, False, False, True, False])).rows.tolist() == [3]
    assert index.search(EAST, 5, np.zeros(5, dtype=np.bool_)).rows.tolist() == []


@every
@pytest.mark.parametrize("share", [1.0, 0.9, 0.5, 0.1, 0.004])
def test_a_filter_of_any_width_gets_its_nearest(make: Make, share: float, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("ivf", "quantised"):
        monkeypatch.setattr(f"embeddings.index.{module}.FEW_NUMBERS", 0)
    vectors = skewed(1500)
    index = prepared(make, 1500)
    allowed = np.random.default_rng(3).random(len(vectors)) < share
    places = np.flatnonzero(allowed)
    recall = []
    for query in skewed(20, seed=8):
        best = places[np.argsort(-(vectors[places] @ query))][:50]
        found = index.search(query, 50, allowed).rows
        assert allowed[found].all()
        assert len(found) == len(best)
        recall.append(len(np.intersect1d(best, found)) / len(best))
    assert np.mean(recall) > 0.97


@every
def test_a_wrong_question_is_refused_by_name(make: Make) -> None:
    index = make(VECTORS)
    with pytest.raises(InvalidValue, match=r"vector: got \(3,\), expected the shape \(2,\)"):
        index.search(np.zeros(3, dtype=np.float32), 1)
    with pytest.raises(InvalidValue, match="k: got 0"):
        index.search(EAST, 0)
    with pytest.raises(InvalidValue, match=r"allowed: got .*expected \(5,\) of bool"):
        index.search(EAST, 1, np.ones(4, dtype=np.bool_))


@every
def test_many_threads_get_the_answers_of_one(make: Make) -> None:
    queries = skewed(100, seed=9)
    index = prepared(make, 1500)
    alone = [index.search(query, 10).rows.tolist() for query in queries]
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(lambda query: index.search(query, 10).rows.tolist(), queries)) == alone


@st.composite
def questions(draw: st.DrawFn) -> tuple[Vectors, Vectors, int, NDArray[np.bool_] | None]:
    """Few vectors of small whole numbers: duplicates, zeros and ties are frequent, lengths unequal, dim 1 included."""
    dim, size = draw(st.integers(1, 3)), draw(st.integers(0, 30))
    numbers = st.integers(-2, 2)
    vectors = draw(st.lists(st.lists(numbers, min_size=dim, max_size=dim), min_size=size, max_size=size))
    query = draw(st.lists(numbers, min_size=dim, max_size=dim))
    mask = draw(st.none() | st.lists(st.booleans(), min_size=size, max_size=size))
    array = np.array(vectors, dtype=np.float32).reshape(size, dim)
    allowed = None if mask is None else np.array(mask, dtype=np.bool_)
    return array, np.array(query, dtype=np.float32), draw(st.integers(1, 35)), allowed


@every
@settings(max_examples=12, deadline=None)
@given(question=questions())
def test_a_search_is_a_sort_by_score_and_row(
    make: Make, question: tuple[Vectors, Vectors, int, NDArray[np.bool_] | None]
) -> None:
    vectors, query, k, allowed = question
    rows = range(len(vectors)) if allowed is None else np.flatnonzero(allowed).tolist()
    expected = sorted(rows, key=lambda row: (-float(vectors[row] @ query), row))[:k]
    found = make(vectors).search(query, k, allowed)
    if make in EXACT.values():
        assert found.rows.tolist() == expected
    else:  # which of equals at the very end are left out is theirs
        assert found.rows.tolist() == sorted(
            set(found.rows.tolist()), key=lambda row: (-float(vectors[row] @ query), row)
        )
        assert set(found.rows.tolist()) <= set(rows)
        assert len(found.rows) == len(expected)
        if make is not believing:
            assert found.scores.tolist() == [float(vectors[row] @ query) for row in expected]


@exact
def test_exact_search_finds_the_same_rows_at_any_length_and_filter(make: Make) -> None:
    vectors = np.concatenate([skewed(9000, dim=40), np.zeros((100, 40), np.float32), skewed(100, dim=40)])
    index = make(vectors)
    for share in (None, 0.6, 0.1):
        allowed = None if share is None else np.random.default_rng(5).random(len(vectors)) < share
        for query in skewed(5, dim=40, seed=13):
            scores = vectors @ query
            rows = np.arange(len(vectors)) if allowed is None else np.flatnonzero(allowed)
            bar = np.sort(scores[rows])[-100] * (1 - 1e-5)
            found = index.search(query, 100, allowed)
            assert len(np.unique(found.rows)) == 100
            assert (scores[found.rows] >= bar).all()


def written(folder: Path) -> Path:
    """The one file of the folder, as `index_file` names it."""
    name = index_file([path.name for path in folder.iterdir()], "products")
    assert name is not None
    return folder / name


@filed
def test_an_index_comes_back_from_its_file_as_it_was(make: Make, tmp_path: Path) -> None:
    vectors = skewed(500)
    index = make(vectors)
    write_index(tmp_path, "products", index)
    again = read_index(written(tmp_path), vectors)
    assert type(again) is type(index)
    assert vars(again).get("effort") == vars(index).get("effort")
    for query in skewed(5, seed=12):
        assert again.search(query, 20).rows.tolist() == index.search(query, 20).rows.tolist()


@filed
def test_an_index_of_other_vectors_or_a_torn_file_is_refused(make: Make, tmp_path: Path) -> None:
    write_index(tmp_path, "products", make(VECTORS))
    path = written(tmp_path)
    with pytest.raises(InvalidValue, match=rf"{path.name}: .*expected .* of \(4, 5\) vectors"):
        read_index(path, np.ones((4, 5), dtype=np.float32))
    path.write_bytes(path.read_bytes()[:50])
    with pytest.raises((InvalidValue, RuntimeError)):
        read_index(path, VECTORS)


def test_exact_search_needs_no_file(tmp_path: Path) -> None:
    write_index(tmp_path, "products", ExactIndex(VECTORS))
    assert list(tmp_path.iterdir()) == []
    assert index_file([], "products") is None


@every
def test_an_index_says_how_much_of_the_nearest_it_finds(make: Make) -> None:
    vectors, index = skewed(1500), prepared(make, 1500)
    assert index_recall(index, vectors, skewed(10, seed=10), k=20) >= 0.97
    assert index_recall(index, vectors, np.empty((0, 16), np.float32)) == 1.0


def test_what_is_added_is_found_in_the_next_search() -> None:
    index = GrowingIndex(ExactIndex(VECTORS), VECTORS)
    assert index.add(np.array([[2, 0], [3, 0]], dtype=np.float32)).tolist() == [5, 6]
    assert len(index) == 7
    assert index.search(EAST, 3).rows.tolist() == [1, 6, 5]
    allowed = np.array([True, False, True, True, True, True, False])
    assert index.search(EAST, 2, allowed).rows.tolist() == [5, 0]


def test_a_row_without_a_vector_keeps_its_place_and_is_found_once_it_has_one() -> None:
    index = GrowingIndex(ExactIndex(VECTORS), VECTORS)
    index.add(np.array([[0, 0], [3, 0]], dtype=np.float32), np.array([False, True]))
    assert index.search(-EAST, 7).rows.tolist().count(5) == 0
    assert index.among(np.array([0, 5, 6]), EAST, 3).rows.tolist() == [6, 0]
    index.put(np.array([5]), np.array([[9, 0]], dtype=np.float32))
    assert index.search(EAST, 1).rows.tolist() == index.among(np.array([0, 5, 6]), EAST, 1).rows.tolist() == [5]
    assert index.take(np.array([6, 0, 5])).tolist() == [[3, 0], VECTORS[0].tolist(), [9, 0]]
    with pytest.raises(InvalidValue, match=r"rows: got \[0\], expected added rows, from 5 to 6"):
        index.put(np.array([0]), np.array([[9, 0]], dtype=np.float32))


def test_an_addition_that_does_not_fit_is_refused() -> None:
    index = GrowingIndex(ExactIndex(VECTORS), VECTORS)
    with pytest.raises(InvalidValue, match=r"vectors: got \(1, 3\), expected the shape \(m, 2\)"):
        index.add(np.zeros((1, 3), dtype=np.float32))
    with pytest.raises(InvalidValue, match="vectors: got 'numbers that are not finite"):
        index.add(np.array([[np.nan, 0]], dtype=np.float32))
    assert len(index) == 5
