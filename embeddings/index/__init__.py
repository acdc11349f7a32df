"""Rows found by inner product, with filters inside the search: exactly, by a sketch, or by FAISS; of any length.

`build_index` chooses by measured recall and counted work; `FilteredSearch` asks it under conditions over `Attributes`;
`GrowingIndex` adds rows without a rebuild.
"""

from embeddings.index.attributes import (
    Attributes,
    Between,
    Column,
    Condition,
    Holds,
    Listed,
    NoneOf,
    OneOf,
    Selection,
    Sets,
)
from embeddings.index.choice import ASKED_BY_GATE, KINDS, LITTLE_WORK, build_index, index_recall, tune, use_one_thread
from embeddings.index.exact import ExactIndex
from embeddings.index.files import index_file, read_index, write_index
from embeddings.index.filtered import FilteredSearch
from embeddings.index.growing import GrowingIndex
from embeddings.index.hnsw import HnswIndex
from embeddings.index.ivf import IvfIndex
from embeddings.index.quantised import QuantisedIndex
from embeddings.index.sketch import SketchIndex

__all__ = [
    "ASKED_BY_GATE",
    "KINDS",
    "LITTLE_WORK",
    "Attributes",
    "Between",
    "Column",
    "Condition",
    "ExactIndex",
    "FilteredSearch",
    "GrowingIndex",
    "HnswIndex",
    "Holds",
    "IvfIndex",
    "Listed",
    "NoneOf",
    "OneOf",
    "QuantisedIndex",
    "Selection",
    "Sets",
    "SketchIndex",
    "build_index",
    "index_file",
    "index_recall",
    "read_index",
    "tune",
    "use_one_thread",
    "write_index",
]
