"""Settings chosen on a slice of the training data itself, within a time; imports torch."""

from embeddings.settings_search.pairs import hold_out, pair_edges
from embeddings.settings_search.searching import Found, search
from embeddings.settings_search.trial import Trial

__all__ = ["Found", "Trial", "hold_out", "pair_edges", "search"]
