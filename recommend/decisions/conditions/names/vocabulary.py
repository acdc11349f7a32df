"""Vocabulary: the names that the conditions of a pack may read."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from types import MappingProxyType

from graph.errors import InvalidValue
from graph.profile.features.table import FeatureTable
from recommend.decisions.conditions.names.feature_variable import feature_variables
from recommend.decisions.conditions.names.variable import ValueType, Variable

__all__ = ["METHODS", "Vocabulary"]

METHODS = ("contains", "endsWith", "matches", "startsWith")
"""What may be called on a text: a name may stand before one of them and a dot."""

_NAMESPACES = ("profile", "trait", "context", "event", "state", "session", "now", "product", "own")


@dataclass(frozen=True)
class Vocabulary:
    """Variables by their full names, such as ``profile.spent.dairy.30d`` or ``trait.income``."""

    variables: Mapping[str, Variable]

    @classmethod
    def of(cls, variables: Iterable[Variable]) -> "Vocabulary":
        """Of variables with full names; InvalidValue for a name that stands twice or in no namespace."""
        by_name: dict[str, Variable] = {}
        for variable in variables:
            namespace, _, name = variable.name.partition(".")
            if namespace not in _NAMESPACES or not name:
                raise InvalidValue("name", variable.name, f"a name after one of {', '.join(_NAMESPACES)} and a dot")
            if variable.name in by_name:
                raise InvalidValue("name", variable.name, "names that stand once")
            by_name[variable.name] = variable
        return cls(MappingProxyType(by_name))

    @classmethod
    def of_features(cls, table: FeatureTable, attributes: Mapping[str, ValueType] | None = None) -> "Vocabulary":
        """The features of a table. attributes: the types of AccountEvents' attributes, as `feature_variables` says."""
        return cls.of(feature_variables(table, attributes or {}))

    def variable(self, name: str) -> Variable:
        """A variable by its full name; InvalidValue saying the closest names where there is none."""
        found = self.variables.get(name)
        if found is None:
            raise InvalidValue("name", name, self.expected(name))
        return found

    def expected(self, name: str) -> str:
        """What might have been meant by a name that there is not."""
        namespace, _, _ = name.partition(".")
        within = [other for other in self.variables if other.startswith(f"{namespace}.")]
        beginning = len(namespace) + 1 if within else 0  # a namespace that all share makes any two names alike
        known = {other[beginning:]: other for other in within or self.variables}
        close = [known[other] for other in get_close_matches(name[beginning:], known, n=3, cutoff=0.5)]
        if close:
            return f"a known name; close to it: {', '.join(close)}"
        beginnings = dict.fromkeys(other.partition(".")[0] for other in self.variables)
        return f"a known name of {', '.join(beginnings) or 'none'}"

    def name_at(self, text: str, at: int) -> str | None:
        """The longest name that begins at an offset of a text and ends there as a name."""
        found = self._names.match(text, at)
        return None if found is None else found.group()

    @cached_property
    def _names(self) -> re.Pattern[str]:
        longest_first = sorted(self.variables, key=len, reverse=True)
        names = "|".join(map(re.escape, longest_first)) or "(?!)"
        return re.compile(rf"(?:{names})(?!\w)(?!\.(?!(?:{'|'.join(METHODS)})\s*\()\w)")
