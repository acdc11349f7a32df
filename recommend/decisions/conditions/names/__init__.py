"""The names that conditions may read, and what their values can be."""

from recommend.decisions.conditions.names.variable import Value, ValueType, Variable
from recommend.decisions.conditions.names.vocabulary import Vocabulary

__all__ = ["Value", "ValueType", "Variable", "Vocabulary"]
