"""What comes next in a session, from past sessions like it; what serves needs numpy alone."""

from embeddings.sessions.neighbours import NeighbourSettings, SessionNeighbours
from embeddings.sessions.sessions import Sessions

__all__ = ["NeighbourSettings", "SessionNeighbours", "Sessions"]
