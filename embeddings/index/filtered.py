"""FilteredSearch: the best among what conditions over attributes allow, by the way that costs least."""

from collections.abc import Sequence

from embeddings.index.attributes import Attributes, Condition, Selection
from embeddings.index.found import FEW_NUMBERS, Vector
from embeddings.index.growing import GrowingIndex
from embeddings.nearest import Nearest
from graph import InvalidValue

__all__ = ["FilteredSearch"]


class FilteredSearch:
    """An index and the attributes of the same rows; safe to search from many threads while nobody adds or puts.

    Few allowed rows are gathered and all looked at. Many go to the index as a mask, and where an index of many cells
    or links then finds fewer than there are, all allowed ones are looked at after all.
    """

    def __init__(self, index: GrowingIndex, attributes: Attributes) -> None:
        """InvalidValue where index and attributes differ in length."""
        if len(index) != len(attributes):
            raise InvalidValue("attributes", len(attributes), f"attributes of {len(index)} rows")
        self.index, self.attributes = index, attributes

    def search(self, vector: Vector, k: int, conditions: Sequence[Condition] = ()) -> Nearest:
        """The `k` rows of the largest inner product with `vector` [dim] among those that meet all `conditions`."""
        return self.within(self.attributes.select(conditions) if conditions else None, vector, k)

    def within(self, selection: Selection | None, vector: Vector, k: int) -> Nearest:
        """The same among the rows of a selection of these attributes; among all where it is None."""
        if selection is None:
            return self.index.search(vector, k)
        if selection.count * len(vector) <= FEW_NUMBERS:
            return self.index.among(selection.listed(), vector, k)
        found = self.index.search(vector, k, selection.masked(len(self.index)))
        if len(found.rows) < min(k, selection.count):
            return self.index.among(selection.listed(), vector, k)
        return found
