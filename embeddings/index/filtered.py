"""FilteredSearch: the best among what conditions over attributes allow, by the way that costs least."""

from collections.abc import Sequence

import numpy as np

from embeddings.index.attributes import Attributes, Condition, Selection
from embeddings.index.found import FEW_NUMBERS, Mask, Rows, Vector, Vectors, among, check
from embeddings.serving_snapshot import Nearest, VectorIndex
from graph import InvalidValue

__all__ = ["FilteredSearch"]


class FilteredSearch:
    """An index, the vectors it was made of and the attributes of the same rows; safe to search from many threads.

    Few allowed rows are gathered and all looked at. Many go to the index as a mask, and where an index of many cells
    or links then finds fewer than there are, all allowed ones are looked at after all.
    """

    def __init__(self, index: VectorIndex, vectors: Vectors, attributes: Attributes) -> None:
        """InvalidValue where vectors and attributes differ in length."""
        if len(vectors) != len(attributes):
            raise InvalidValue("attributes", len(attributes), f"attributes of {len(vectors)} rows")
        self._index, self._vectors, self._attributes = index, vectors, attributes

    def search(self, vector: Vector, k: int, conditions: Sequence[Condition] = ()) -> Nearest:
        """The `k` rows of the largest inner product with `vector` [dim] among those that meet all `conditions`."""
        check(vector, k, None, self._vectors.shape[1], len(self._vectors))
        if not conditions:
            return self._index.search(vector, k)
        selection = self._attributes.select(conditions)
        if selection.count * self._vectors.shape[1] <= FEW_NUMBERS:
            return among(self._vectors, _rows(selection), vector, k)
        found = self._index.search(vector, k, self._mask(selection))
        if len(found.rows) < min(k, selection.count):
            return among(self._vectors, _rows(selection), vector, k)
        return found

    def _mask(self, selection: Selection) -> Mask:
        if selection.mask is not None:
            return selection.mask
        mask = np.zeros(len(self._vectors), dtype=np.bool_)
        mask[_rows(selection)] = True
        return mask


def _rows(selection: Selection) -> Rows:
    if selection.rows is not None:
        return selection.rows
    return np.flatnonzero(np.empty(0) if selection.mask is None else selection.mask)
