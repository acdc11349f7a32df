"""The allowed rows of a search as FAISS takes them."""

from typing import Any

import faiss
import numpy as np

from embeddings.index.found import Mask

__all__ = ["selector"]

_faiss: Any = faiss  # for what its type stubs get wrong


def selector(allowed: Mask | None) -> faiss.IDSelector | None:
    """A bitmap of the rows; None for all of them."""
    return None if allowed is None else _faiss.IDSelectorBitmap(np.packbits(allowed, bitorder="little"))
