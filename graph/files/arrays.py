"""Arrays and ids as .npy files: written without pickle, read by mmap, refused where they are not as they should be."""

import re
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import DTypeLike, NDArray

from graph.errors import FileBroken

__all__ = ["read_array", "read_ids", "write_array", "write_ids"]

_HEADER = re.compile(r"\{'descr': '([<>|][biufc]\d+)', 'fortran_order': False, 'shape': \(([\d, ]*)\), \} *\n")


def write_array(folder: Path, name: str, array: NDArray[Any]) -> None:
    np.save(folder / f"{name}.npy", np.ascontiguousarray(array), allow_pickle=False)


def read_array(folder: Path, name: str, dtype: DTypeLike, shape: tuple[int | None, ...]) -> NDArray[Any]:
    """An array as a read-only view of its file; FileBroken where type or shape (None: any) are not these."""
    path = folder / f"{name}.npy"
    expected = f"{np.dtype(dtype).name} of shape ({', '.join('any' if n is None else str(n) for n in shape)})"
    try:
        with path.open("rb") as file:
            found, sizes = _read_header(file)
            fits = len(sizes) == len(shape) and all(n in (None, m) for n, m in zip(shape, sizes, strict=True))
            if found != np.dtype(dtype) or not fits:
                raise FileBroken(path, f"{found.name} of shape {sizes}", expected)
            mapped = np.memmap(file, found, mode="r", offset=file.tell(), shape=sizes)
    except FileNotFoundError:
        raise FileBroken(path, "no such file", expected) from None
    except (ValueError, TypeError, OverflowError) as error:
        raise FileBroken(path, str(error), expected) from None
    view: NDArray[Any] = mapped.view(np.ndarray)
    return view  # slices of a memmap cost microseconds each, those of a plain view do not


def write_ids(folder: Path, name: str, ids: Sequence[str]) -> None:
    """Ids as one text in UTF-8 and the places, counted in characters, where each begins."""
    offsets = np.zeros(len(ids) + 1, dtype=np.int64)
    np.cumsum(np.fromiter(map(len, ids), dtype=np.int64, count=len(ids)), out=offsets[1:])
    write_array(folder, f"{name}.offsets", offsets)
    write_array(folder, f"{name}.text", np.frombuffer("".join(ids).encode(), dtype=np.uint8))


def read_ids(folder: Path, name: str) -> list[str]:
    """The ids `write_ids` wrote, in their order: 92,000 in some 20 ms."""
    offsets = read_array(folder, f"{name}.offsets", np.int64, (None,))
    path = folder / f"{name}.text.npy"
    try:
        text = read_array(folder, f"{name}.text", np.uint8, (None,)).tobytes().decode()
    except UnicodeDecodeError as error:
        raise FileBroken(path, str(error), "UTF-8") from None
    if not len(offsets) or offsets[0] != 0 or offsets[-1] != len(text):
        raise FileBroken(path, f"{len(text)} characters", f"the {offsets[-1:].tolist()} of {name}.offsets.npy")
    places = offsets.tolist()
    return [text[start:end] for start, end in pairwise(places)]


def _read_header(file: BinaryIO) -> tuple[np.dtype[Any], tuple[int, ...]]:
    """Type and shape of the array that follows in a file of `write_array`; ValueError or TypeError where it is none.

    np.load parses a header with `ast`, which counts its depth once for all threads (gh-106905, until Python 3.13):
    any other thread in `ast` meanwhile, such as one that prints a traceback, makes either fail with a SystemError.
    """
    if np.lib.format.read_magic(file) != (1, 0):
        raise ValueError("a version of the format that is not written here")
    header = file.read(int.from_bytes(file.read(2), "little")).decode("latin-1")
    if (read := _HEADER.fullmatch(header)) is None:
        raise ValueError(f"the header {header[:80]!r}")
    return np.dtype(read[1]), tuple(int(size) for size in read[2].split(",") if size.strip())
