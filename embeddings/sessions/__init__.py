"""What comes next in a session, from past sessions like it and from a learnt encoder; what serves needs no torch."""

from embeddings.sessions.encoder import SessionEncoder
from embeddings.sessions.neighbours import NeighbourSettings, SessionNeighbours
from embeddings.sessions.next_in_session import NextInSession, SessionParts
from embeddings.sessions.product_counts import ProductCounts
from embeddings.sessions.sessions import Sessions

__all__ = [
    "NeighbourSettings",
    "NextInSession",
    "ProductCounts",
    "SessionEncoder",
    "SessionNeighbours",
    "SessionParts",
    "Sessions",
]
