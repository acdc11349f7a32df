"""What comes next in a session: past sessions like it, and a learnt encoder; numpy alone.

`embeddings.sessions.next_in_session` joins them with counts (FAISS, scipy), `embeddings.sessions.learning` learns
(torch).
"""

from embeddings.sessions.encoder import SessionEncoder
from embeddings.sessions.neighbours import NeighbourSettings, SessionNeighbours, Shares
from embeddings.sessions.sessions import Sessions

__all__ = ["NeighbourSettings", "SessionEncoder", "SessionNeighbours", "Sessions", "Shares"]
