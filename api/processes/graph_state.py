"""GraphState: how far the graph is, told by the worker to the server through a small file in the data folder."""

import contextlib
import os
from enum import StrEnum
from pathlib import Path

import msgspec
from msgspec.structs import replace

from graph import SECOND, START, Instant, Position

__all__ = ["GraphReach", "GraphState", "StateFile"]

FRESH = 30 * SECOND
"""How old what the worker said may be."""

AGAIN = 10 * SECOND
"""After how long the worker says the same thing once more."""


class GraphReach(StrEnum):
    """UP: the graph holds every event. BEHIND: not yet. AWAY: its store cannot be reached. UNKNOWN: no worker says."""

    UP = "up"
    BEHIND = "behind"
    AWAY = "away"
    UNKNOWN = "unknown"


class GraphState(msgspec.Struct, frozen=True, kw_only=True):
    """store: the graph's URL without user and password. said: when this was so.
    position: the last one the graph is known to include. reachable: whether its store answered when last asked.
    events, oldest: how many events the graph lacks, and when the first of them was received."""

    store: str
    said: Instant
    position: Position = START
    reachable: bool = True
    events: int = 0
    oldest: Instant | None = None

    def reach(self, now: Instant) -> GraphReach:
        if now - self.said > FRESH:
            return GraphReach.UNKNOWN
        if not self.reachable:
            return GraphReach.AWAY
        return GraphReach.BEHIND if self.events else GraphReach.UP

    def lag_seconds(self, now: Instant) -> float:
        """The age of the oldest event that the graph lacks, 0 where it lacks none."""
        return 0.0 if self.oldest is None else max(0.0, (now - self.oldest) / SECOND)


class StateFile:
    """The file: one process writes, any reads, and none ever sees half a state."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._written: GraphState | None = None

    def read(self) -> GraphState | None:
        """What was written last; None where nothing readable was."""
        with contextlib.suppress(OSError, msgspec.DecodeError):
            return msgspec.json.decode(self.path.read_bytes(), type=GraphState)
        return None

    def write(self, state: GraphState) -> None:
        """Say it, but not again what this object said less than 10 s ago: a worker at rest writes nothing."""
        before = self._written
        if before is not None and state.said - before.said < AGAIN and replace(state, said=before.said) == before:
            return
        fresh = self.path.with_name(f"{self.path.name}.{os.getpid()}")
        fresh.write_bytes(msgspec.json.encode(state))
        fresh.replace(self.path)
        self._written = state
