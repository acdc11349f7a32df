"""Held: everything a server keeps and what is made of its log, to be compared before and after a request."""

import asyncio
from pathlib import Path
from typing import Any, NamedTuple

from graph import CustomerId, NodeKind, NodeRef, Position
from graph.customer_graph import GraphCounts
from graph.log.dead_letters import DeadLetter
from graph.profile.codec import encode_profile
from graph.profile.features.table_file import read_feature_table
from graph.profile.profile import Profile
from graph.profile.stores.sqlite import SqliteProfiles
from graph.projection.catch_up import catch_up
from graph.projection.graph_projection import GraphProjection
from graph.projection.serving_projection import ServingProjection
from graph.stores.sqlite.graph import SqliteGraph
from tests.api.fuzz.payloads import LEAVES
from tests.api.in_process import InProcess

__all__ = ["Counted", "Held", "Keeping"]

WHO = [CustomerId(leaf) for leaf in LEAVES]
NODES = [NodeRef(NodeKind.CUSTOMER, leaf) for leaf in LEAVES]
PRODUCTS = [NodeRef(NodeKind.PRODUCT, product) for product in ("milk", "bread")]


class Held(NamedTuple):
    """What is kept but for the letters: how many rows each table of the log has and the number of its newest, the log's
    end and how far graph and profiles are in it, what the graph holds, and all that is known, stored and in memory, of
    those the payloads are about, with their wishes, consents and contacts.
    """

    rows: dict[str, tuple[int, int]]
    end: Position
    followed: tuple[Position, Position]
    graph: GraphCounts
    nodes: dict[NodeRef, Any]
    stored: list[bytes]
    live: list[bytes]
    catalogue: str


class Counted(NamedTuple):
    """What the server's counters say of all sources."""

    accepted: int
    duplicates: int
    refused: int


class Keeping:
    """An application with a graph and profiles that follow its log as a worker's do."""

    def __init__(self, app: InProcess, folder: Path) -> None:
        self.app = app
        self._graph = SqliteGraph(folder / "graph.db")
        self._profiles = SqliteProfiles(folder / "followed.db")
        self._features = read_feature_table(app.engine.settings.profile_file)
        tables = app.engine.log.select(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
        )
        self._tables = sorted(name for (name,) in tables if name != "dead_letter")

    def held(self) -> Held:
        """What is kept once all that was sent is."""
        engine = self.app.engine
        self.app.run(self._written())
        catch_up(engine.log, GraphProjection(self._graph))
        catch_up(engine.log, ServingProjection(self._profiles, table=self._features))
        return Held(
            {table: self._rows(table) for table in self._tables},
            engine.log.end(),
            (self._graph.position(), self._profiles.position()),
            self._graph.counts(),
            self._graph.entries(NODES + PRODUCTS),
            [_bytes(self._profiles.read(leaf)) for leaf in WHO],
            [_bytes(engine.profiles.get(leaf)) for leaf in WHO],
            engine.catalogue.version,
        )

    def sent(self, after: Held) -> int:
        """How many events there are by now that somebody sent after what was held then."""
        statement = "SELECT count(*) FROM event WHERE seq > ? AND instr(payload, 'Linked') = 0"
        return int(self.app.engine.log.select(statement, (after.rows["event"][1],))[0][0])

    def letters(self, after: int) -> list[DeadLetter]:
        """The letters with a number above `after`."""
        return self.app.engine.dead_letters.oldest(100_000, after=after)

    def newest_letter(self) -> int:
        """The number of the newest letter, 0 where there is none."""
        return next((letter.number for letter in self.app.engine.dead_letters.newest(1)), 0)

    def counted(self) -> Counted:
        sources = self.app.engine.quality.sources.values()
        return Counted(
            sum(source.accepted for source in sources),
            sum(source.duplicates for source in sources),
            sum(source.refused.total() for source in sources),
        )

    def close(self) -> None:
        self._graph.close()
        self._profiles.close()

    async def _written(self) -> None:
        """Wait for the letters: they are written behind whatever is submitted."""
        await asyncio.wrap_future(self.app.engine.log.submit(()))

    def _rows(self, table: str) -> tuple[int, int]:
        newest = {"event": "max(seq)", "answer": "max(rowid)"}.get(table, "0")
        ((count, last),) = self.app.engine.log.select(f"SELECT count(*), {newest} FROM {table}")
        return count, last or 0


def _bytes(profile: Profile | None) -> bytes:
    return b"" if profile is None else encode_profile(profile)
