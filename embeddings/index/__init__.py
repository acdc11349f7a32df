"""Rows found by inner product: exactly, or by a FAISS graph; vectors of any length."""

from embeddings.index.choice import LOOKED_AT_LIMIT, build_index, index_recall, tune, use_one_thread
from embeddings.index.exact import ExactIndex
from embeddings.index.hnsw import HnswIndex

__all__ = ["LOOKED_AT_LIMIT", "ExactIndex", "HnswIndex", "build_index", "index_recall", "tune", "use_one_thread"]
