"""When something may be shown, sent or said: conditions over what is known, checked before they are published."""

from recommend.decisions.conditions.clauses import Clauses, Judged
from recommend.decisions.conditions.condition import Condition
from recommend.decisions.conditions.contradictions import impossible
from recommend.decisions.conditions.names.variable import Value, ValueType, Variable
from recommend.decisions.conditions.names.vocabulary import Vocabulary
from recommend.decisions.conditions.reckoning import Reckoning

__all__ = ["Clauses", "Condition", "Judged", "Reckoning", "Value", "ValueType", "Variable", "Vocabulary", "impossible"]
