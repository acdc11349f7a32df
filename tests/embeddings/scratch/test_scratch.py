"""Scratch: files hold what memory holds, and are gone with their arrays."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.gnn import Histories
from embeddings.gnn.shuffled import shuffled
from embeddings.interaction_matrix import InteractionMatrix
from embeddings.scratch import MEMORY, Scratch, counting_sort, row_blocks, unit_rows
from embeddings.spectral import SpectralConfig, SpectralFilter
from embeddings.training import train
from graph import PatronError
from tests.embeddings.gnn.training_together import FIFTY_STEPS
from tests.embeddings.two_crowds import AS_OF, CAMPAIGNS, CATALOGUE, two_crowds

SMALL = 16
"""Entries a block: two_crowds' 140 edges are many blocks."""


def test_a_file_has_no_name_and_holds_what_was_written(tmp_path: Path) -> None:
    array = Scratch(tmp_path).empty((3, 2), np.float32)
    array[:] = np.arange(6).reshape(3, 2)
    assert list(tmp_path.iterdir()) == []
    assert array.tolist() == [[0, 1], [2, 3], [4, 5]]
    assert Scratch(tmp_path).empty(0, np.int8).tolist() == []


def test_without_a_folder_or_room_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(PatronError, match=r"there is not room for 0\.008 GB in the scratch folder '.*nowhere'"):
        Scratch(tmp_path / "nowhere").empty(1_000_000, np.int64)
    with pytest.raises(PatronError, match="there is not room for"):
        Scratch(tmp_path).empty(1 << 55, np.int64)


@given(st.lists(st.integers(0, 9), max_size=30), st.integers(1, 20), st.integers(1, 3))
def test_blocks_are_all_rows_in_order_and_bounded(sizes: list[int], most: int, each: int) -> None:
    offsets = np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)])
    blocks = list(row_blocks(offsets, most, each=each))
    assert [row for first, last in blocks for row in range(first, last)] == list(range(len(sizes)))
    assert all(last - first == 1 or sum(sizes[first:last]) + each * (last - first) <= most for first, last in blocks)


@given(st.lists(st.integers(0, 4), max_size=30), st.integers(1, 10))
def test_a_counting_sort_is_a_stable_sort(groups: list[int], block: int) -> None:
    numbers, keys = np.arange(len(groups)), np.array(groups, dtype=np.int64)
    sizes = np.bincount(keys, minlength=5)
    (moved,) = counting_sort([numbers], lambda some: keys[some], sizes, Scratch(block=block))
    assert moved.tolist() == np.argsort(keys, kind="stable").tolist()


def test_what_is_shuffled_in_parts_is_all_there_and_anywhere() -> None:
    orders = [shuffled(np.arange(6), np.random.default_rng(seed), Scratch(block=2)) for seed in range(600)]
    assert all(sorted(order) == list(range(6)) for order in orders)
    met = np.array([np.bincount([order[place] for order in orders], minlength=6) for place in range(6)])
    assert np.abs(met - 100).max() < 45  # of 600, each number at each place; 5 standard deviations


def test_a_matrix_sorted_in_blocks_is_the_matrix_sorted_at_once(tmp_path: Path) -> None:
    edges = two_crowds()
    shuffling = np.random.default_rng(0).permutation(len(edges))
    edges = replace(edges, **{name: getattr(edges, name)[shuffling] for name in ("customer", "target", "kind", "day")})
    whole = InteractionMatrix.from_edges(edges, AS_OF)
    parts = InteractionMatrix.from_edges(edges, AS_OF, scratch=Scratch(tmp_path, SMALL))
    for column in ("customer", "product", "kind", "day", "times", "baskets"):
        assert (getattr(parts, column) == getattr(whole, column)).all()
    assert (parts.weighted({}) != whole.weighted({})).nnz == 0
    assert (parts.purchases(30.0, 60) != whole.purchases(30.0, 60)).nnz == 0


def test_learning_on_files_gives_the_same_set_bit_for_bit(tmp_path: Path) -> None:
    config = replace(FIFTY_STEPS, epochs=2, every_pair=True)
    one, other = (
        train(
            two_crowds(),
            CATALOGUE,
            CAMPAIGNS,
            config=config,
            as_of=AS_OF,
            rng=np.random.default_rng(0),
            scratch=scratch,
        )
        for scratch in (Scratch(block=SMALL), Scratch(tmp_path, SMALL))
    )
    assert (one.product_vectors == other.product_vectors).all()
    assert (one.customer_vectors == other.customer_vectors).all()


def test_how_large_a_block_is_changes_roundings_alone() -> None:
    whole, parts = (
        SpectralFilter.fit(InteractionMatrix.from_edges(two_crowds(), AS_OF, scratch=scratch), SpectralConfig(dim=4))
        for scratch in (MEMORY, Scratch(block=SMALL))
    )
    scores = [set.customer_vectors @ set.product_vectors.T for set in (f.embeddings(f.fitted) for f in (whole, parts))]
    assert scores[0] == pytest.approx(scores[1], abs=1e-5)
    histories = [Histories.of(fitted.matrix, FIFTY_STEPS) for fitted in (whole, parts)]
    assert histories[0].history == pytest.approx(histories[1].history, rel=1e-6)
    assert histories[0].target == pytest.approx(histories[1].target, rel=1e-6)
    assert (histories[0].buyers() == histories[1].buyers()).all()


def test_customers_beyond_a_block_have_the_vectors_of_their_rows() -> None:
    rng = np.random.default_rng(0)
    fitted = SpectralFilter.fit(InteractionMatrix.from_edges(two_crowds(), AS_OF), SpectralConfig(dim=4))
    inputs = rng.standard_normal((20, 16)).astype(np.float32)
    vectors, lengths = unit_rows(fitted.weights, inputs, Scratch(block=SMALL))
    assert vectors * lengths[:, None] == pytest.approx(fitted.weights @ inputs, abs=1e-5)
    assert not vectors[20].any()


def test_on_files_a_fit_goes_on_where_memory_ends(tmp_path: Path) -> None:
    """2,000,000 interactions are 82 MB as edges and 42 MB as a matrix: with 110 MB they have to lie elsewhere."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, str(Path(__file__).with_name("bounded_fit.py")), "2000000", "110"]
    running = [
        subprocess.Popen([*command, *folder], env=environment, stdout=subprocess.PIPE, text=True)
        for folder in ([], [str(tmp_path)])
    ]
    said = [process.communicate(timeout=300)[0] for process in running]
    assert said == ["no memory left\n", "74074 customers' vectors\n"]
