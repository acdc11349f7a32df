"""The file of an index in a version folder, by the kind of index; exact search has none."""

from pathlib import Path

from embeddings.index.exact import ExactIndex
from embeddings.index.found import Vectors
from embeddings.index.hnsw import HnswIndex
from embeddings.index.ivf import IvfIndex
from embeddings.index.quantised import QuantisedIndex
from embeddings.index.sketch import SketchIndex
from embeddings.serving_snapshot import VectorIndex

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


def index_file(folder: Path, name: str) -> Path | None:
    """The file `write_index` left; None where there is none."""
    paths = [folder / f"{name}{suffix}" for suffix in SUFFIXES]
    return next((path for path in paths if path.exists()), None)


def read_index(path: Path | None, vectors: Vectors) -> VectorIndex:
    """The index of a file as `index_file` names it; exact search for None.

    InvalidValue where it is of other vectors, RuntimeError where FAISS cannot read it.
    """
    return ExactIndex(vectors) if path is None else SUFFIXES[path.suffix].read(path, vectors)
