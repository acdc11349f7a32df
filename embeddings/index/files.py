"""The file of an index in a version folder, by the kind of index; exact search has none."""

from collections.abc import Collection
from pathlib import Path

from embeddings.index.found import Vectors
from embeddings.index.hnsw import HnswIndex
from embeddings.index.ivf import IvfIndex
from embeddings.index.quantised import QuantisedIndex
from embeddings.index.sketch import SketchIndex
from embeddings.nearest import VectorIndex

__all__ = ["SUFFIXES", "index_file", "read_index", "write_index"]

SUFFIXES: dict[str, type[HnswIndex] | type[IvfIndex] | type[QuantisedIndex] | type[SketchIndex]] = {
    ".hnsw": HnswIndex,
    ".ivf": IvfIndex,
    ".pq": QuantisedIndex,
    ".sketch": SketchIndex,
}


def write_index(folder: Path, name: str, index: VectorIndex) -> None:
    """``folder/name.<kind>``; nothing for an index that is its vectors alone."""
    for suffix, kind in SUFFIXES.items():
        if isinstance(index, kind):
            index.write(folder / f"{name}{suffix}")


def index_file(files: Collection[str], name: str) -> str | None:
    """Which of a folder's files `write_index` left; None where there is none."""
    return next((f"{name}{suffix}" for suffix in SUFFIXES if f"{name}{suffix}" in files), None)


def read_index(path: Path, vectors: Vectors) -> VectorIndex:
    """The index of a file as `write_index` named it.

    InvalidValue where it is of other vectors, RuntimeError where FAISS cannot read it.
    """
    return SUFFIXES[path.suffix].read(path, vectors)
