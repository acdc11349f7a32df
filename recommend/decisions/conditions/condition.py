"""Condition: a CEL expression over named values that is true, false or not known."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from recommend.decisions.conditions.language.authored import authored
from recommend.decisions.conditions.language.part import Part
from recommend.decisions.conditions.language.tree import leaves, tree_of, truth
from recommend.decisions.conditions.names.read import Read
from recommend.decisions.conditions.names.variable import ValueType, Variable
from recommend.decisions.conditions.names.vocabulary import Vocabulary
from recommend.decisions.conditions.obstacles import obstacles

__all__ = ["Condition"]


class Condition:
    """A condition such as ``profile.overdraft_months_in_a_row >= 3 && trait.income > 1000``.

    Allowed are comparisons, ``&& || ! ?:``, ``+ - * /`` of numbers, ``in`` a list of literals or a variable that is a
    list, `startsWith`, `endsWith`, `contains`, `matches` of one literal pattern, and ``known(name)``: whether there is
    a value. All numbers are doubles. Where a value is missing, or a number cannot be reckoned (a division by zero, one
    too great), that part is not known: the whole is, unless the others settle it.

    text: as its author wrote it. expression, tree: what it says. variables: what it reads. names: their names.
    """

    def __init__(self, text: str, vocabulary: Vocabulary, field: str = "when") -> None:
        """InvalidValue naming `field`, the text and the column where it is no condition over the vocabulary."""
        self.text, self.field = text, field
        self.expression, self.tree = authored(text, vocabulary, ValueType.BOOL, field, tree_of)

    @cached_property
    def variables(self) -> tuple[Variable, ...]:
        return tuple(dict.fromkeys(variable for leaf in leaves(self.tree) for variable in leaf.part.variables))

    @cached_property
    def names(self) -> frozenset[str]:
        return frozenset(variable.name for variable in self.variables)

    def evaluate(self, values: Mapping[str, Any]) -> bool | None:
        """Whether it is true of values by full name; None where it cannot be told. A value of None is a missing one."""
        read = Read(values)
        return truth(self.tree, lambda part: part.truth(read.value))

    def why(self, values: Mapping[str, Any]) -> list[str]:
        """The fewest parts that kept it from being true, in the author's words with what was found; none where it is.

        Of several as few, those that are false before those not known, then those that stand first.
        """
        read, told = Read(values), dict[Part, bool | None]()
        for leaf in leaves(self.tree):
            if leaf.part not in told:
                told[leaf.part] = leaf.part.truth(read.value)
        return obstacles(self.tree, self.text, told, read.value)

    def __repr__(self) -> str:
        return f"Condition({self.text!r})"
