"""The errors of the embeddings layer, beside those of the graph.

PatronError
└── NothingToEvaluate  a time cut leaves no purchases before it, or none after it
"""

from graph import PatronError

__all__ = ["NothingToEvaluate"]


class NothingToEvaluate(PatronError):
    """A split has an empty side: there is nothing to learn from, or nothing to be measured on."""
