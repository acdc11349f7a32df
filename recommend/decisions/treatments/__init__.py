"""The words of an action, by channel and language: checked when they are published, safe wherever they are put."""

from recommend.decisions.treatments.channel_kind import FIELDS, ChannelKind, FieldRule
from recommend.decisions.treatments.language import LANGUAGE, is_language
from recommend.decisions.treatments.template import Medium, Template, Variable, Voice
from recommend.decisions.treatments.treatment import Treatment

__all__ = [
    "FIELDS",
    "LANGUAGE",
    "ChannelKind",
    "FieldRule",
    "Medium",
    "Template",
    "Treatment",
    "Variable",
    "Voice",
    "is_language",
]
