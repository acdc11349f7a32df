"""What a session says of what is wanted now, joined with what the customer always takes.

`embeddings.intent.learning` learns (scipy, torch); what serves needs numpy alone.
"""

from embeddings.intent.bonds import Bonds
from embeddings.intent.intent import Intent, Session, to_a_stranger

__all__ = ["Bonds", "Intent", "Session", "to_a_stranger"]
