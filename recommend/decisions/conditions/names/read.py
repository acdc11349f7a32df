"""Read: the values of one moment, each looked up at most once."""

from collections.abc import Mapping
from typing import Any

from recommend.decisions.conditions.names.variable import Value, Variable

__all__ = ["Read"]


class Read:
    """Values by full name, as conditions reckon with them."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values
        self._found: dict[str, Value | None] = {}

    def value(self, variable: Variable) -> Value | None:
        """What there is for a variable; None where there is nothing, or nothing of its type."""
        name = variable.name
        if name not in self._found:
            try:
                self._found[name] = variable.value(self._values[name])
            except KeyError:
                self._found[name] = None
        return self._found[name]
