"""The lines of an order, each with a name of its own."""

from graph.errors import InvalidValue
from graph.events.derived_ids import suffixed
from graph.ids import ProductId

__all__ = ["LineNames"]


class LineNames:
    """Names the lines of one order, in its order."""

    def __init__(self) -> None:
        self._counts: dict[ProductId, int] = {}
        self._taken: set[str] = set()

    def name(self, product: ProductId, stated: str | None, field: str) -> str:
        """The sender's name of a line, or ``<product>#<n>`` for the n-th line of that product in the order."""
        count = self._counts[product] = self._counts.get(product, 0) + 1
        line = stated or suffixed(product, str(count))
        if line in self._taken:
            raise InvalidValue(field, line, "a line that no other line of this order is called")
        self._taken.add(line)
        return line
