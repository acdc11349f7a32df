"""The language of conditions: an author's text as words, expression and tree, and the same for CEL."""

from recommend.decisions.conditions.language.expression import Expression
from recommend.decisions.conditions.language.part import Part
from recommend.decisions.conditions.language.tree import Tree

__all__ = ["Expression", "Part", "Tree"]
