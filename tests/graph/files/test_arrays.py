"""Arrays and ids as files."""

import ast
import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from graph import FileBroken
from graph.files import read_array, read_ids, write_array, write_ids


@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=8)))
def test_ids_come_back_whatever_they_are_made_of(ids: list[str]) -> None:
    with TemporaryDirectory() as folder:
        write_ids(Path(folder), "ids", ids)
        assert read_ids(Path(folder), "ids") == ids


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int8, np.int64, np.uint8, np.bool_])
@pytest.mark.parametrize("shape", [(0,), (3,), (2, 3), (0, 3), (2, 1, 3)])
def test_arrays_come_back_read_only_and_as_numpy_reads_them(
    tmp_path: Path, dtype: type[np.generic], shape: tuple[int, ...]
) -> None:
    array = np.arange(np.prod(shape, dtype=int)).reshape(shape).astype(dtype)
    write_array(tmp_path, "array", array)
    found = read_array(tmp_path, "array", dtype, tuple(None for _ in shape))
    assert (found.dtype, found.shape, found.flags.writeable) == (array.dtype, shape, False)
    assert np.array_equal(found, array)
    assert np.array_equal(found, np.load(tmp_path / "array.npy"))


def test_the_rows_of_a_turned_array_stay_its_rows(tmp_path: Path) -> None:
    turned = np.arange(6).reshape(2, 3).T
    write_array(tmp_path, "array", turned)
    assert np.array_equal(read_array(tmp_path, "array", np.int64, (3, 2)), turned)


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", "EOF"),
        (b"PK\x03\x04 not an array", "magic string"),
        (b"\x93NUMPY\x02\x00", "a version of the format that is not written here"),
        (b"\x93NUMPY\x01\x00\x05\x00abc", "the header 'abc'"),
    ],
)
def test_what_is_no_array_is_named(tmp_path: Path, content: bytes, found: str) -> None:
    (tmp_path / "array.npy").write_bytes(content)
    with pytest.raises(FileBroken, match=rf"array\.npy: found .*{found}.*, expected int64 of shape \(any\)"):
        read_array(tmp_path, "array", np.int64, (None,))


@pytest.mark.parametrize(
    ("array", "found"),
    [
        (np.zeros((2, 3), order="F"), "'fortran_order': True"),
        (np.array(["text"]), "the header"),
        (np.zeros(3, dtype=[("a", "<i8")]), "the header"),
        (np.zeros(3, dtype=np.int32), r"int32 of shape \(3,\)"),
        (np.zeros((3, 1), dtype=np.int64), r"int64 of shape \(3, 1\)"),
    ],
)
def test_another_array_is_named(tmp_path: Path, array: NDArray[Any], found: str) -> None:
    np.save(tmp_path / "array.npy", array)
    with pytest.raises(FileBroken, match=found):
        read_array(tmp_path, "array", np.int64, (None,))


@contextmanager
def python_in_ast_at_every_allocation() -> Iterator[None]:
    """What another thread in `ast` does to this one, made certain: its depth counter changes in the middle of ours."""

    def parse(phase: str, _: object) -> None:
        if phase == "start":
            gc.callbacks.remove(parse)
            ast.parse("a + (b + (c + d))")
            gc.callbacks.append(parse)

    threshold = gc.get_threshold()
    gc.callbacks.append(parse)
    gc.set_threshold(1)
    try:
        yield
    finally:
        gc.set_threshold(*threshold)
        gc.callbacks.remove(parse)


def test_another_thread_in_ast_does_not_disturb_a_read(tmp_path: Path) -> None:
    array = np.arange(6).reshape(2, 3)
    write_array(tmp_path, "array", array)
    with python_in_ast_at_every_allocation():
        found = read_array(tmp_path, "array", np.int64, (2, 3))
    assert np.array_equal(found, array)
