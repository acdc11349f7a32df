"""SessionEncoder."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embeddings.sessions import SessionEncoder
from graph import FileBroken
from tests.embeddings.sessions.ways import rows

EYE, NOTHING = np.eye(2, dtype=np.float32), np.zeros((2, 2), dtype=np.float32)
EAST, NORTH, WEST = range(3)
ENCODER = SessionEncoder(
    vectors=np.array([[1, 0], [0, 1], [-1, 0]], dtype=np.float32),
    own=NOTHING,
    newest=NOTHING,
    steps=np.zeros((3, 2), dtype=np.float32),
    attention=np.ones(2, dtype=np.float32),
    out=np.concatenate([EYE, EYE]),
)
"""Every product adds its vector once, the newest once more."""


def test_a_session_of_one_product_points_where_the_product_does() -> None:
    assert ENCODER.vector(rows(NORTH)) == pytest.approx([0, 1])


def test_all_products_add_up_and_the_newest_once_more() -> None:
    assert ENCODER.vector(rows(EAST, NORTH)) == pytest.approx(np.array([1, 2]) / 5**0.5)


def test_how_much_a_product_adds_goes_by_its_steps_to_the_newest() -> None:
    steps = np.array([[0, 0], [-50, -50], [50, 50]], dtype=np.float32)
    fading = replace(ENCODER, steps=steps)
    assert fading.vector(rows(EAST, NORTH)) == pytest.approx([0, 1])
    assert fading.vector(rows(EAST, WEST, NORTH)) == pytest.approx(np.array([1, 1]) / 2**0.5)


def test_only_the_newest_products_count_in_a_long_session() -> None:
    assert np.array_equal(
        ENCODER.vector(rows(WEST, WEST, EAST, NORTH, NORTH)), ENCODER.vector(rows(EAST, NORTH, NORTH))
    )


def test_an_empty_session_has_no_direction_and_unknown_products_are_passed_over() -> None:
    assert ENCODER.vector(rows()).tolist() == [0, 0]
    assert ENCODER.vector(rows(3, -1)).tolist() == [0, 0]
    assert ENCODER.vector(rows(EAST, 99, NORTH)).tolist() == ENCODER.vector(rows(EAST, NORTH)).tolist()


@settings(deadline=None, max_examples=50)
@given(st.lists(st.integers(0, 2), max_size=6))
def test_a_vector_has_length_1_or_0(products: list[int]) -> None:
    length = float(np.linalg.norm(ENCODER.vector(rows(*products))))
    assert length == pytest.approx(1) or length == 0


def test_what_is_read_is_what_was_written(tmp_path: Path) -> None:
    ENCODER.write(tmp_path, "encoder")
    read = SessionEncoder.read(tmp_path, "encoder")
    assert read.vector(rows(EAST, NORTH)).tolist() == ENCODER.vector(rows(EAST, NORTH)).tolist()
    np.save(tmp_path / "encoder.own.npy", np.zeros((3, 3), dtype=np.float32))
    with pytest.raises(FileBroken, match=r"encoder\.own\.npy"):
        SessionEncoder.read(tmp_path, "encoder")
