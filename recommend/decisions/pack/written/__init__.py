"""What the files of a pack say, as types that a schema is made of: its form, not yet its sense."""

from recommend.decisions.pack.written.about import About
from recommend.decisions.pack.written.action import Action
from recommend.decisions.pack.written.journey import Journey
from recommend.decisions.pack.written.policy import Policy
from recommend.decisions.pack.written.slot import Slot
from recommend.decisions.pack.written.state import State

__all__ = ["About", "Action", "Journey", "Policy", "Slot", "State"]
