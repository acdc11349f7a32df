"""Copying between SQLite and Neo4j: what comes back of a part of a real shop is what went in."""

from collections.abc import Iterator
from contextlib import closing
from itertools import zip_longest
from pathlib import Path

import polars as pl
import pytest

from graph import CustomerGraph, Instant
from graph.copying import BATCH, copy_graph
from graph.log.sqlite_log import SqliteEventLog
from graph.projection.catch_up import catch_up
from graph.projection.graph_projection import GraphProjection
from graph.sources import complete_journey_folder, complete_journey_mapping, import_history, read_history
from graph.stores.open import open_graph
from tests.graph.stores.neo4j.neo4j_server import Servers

_NOW = Instant(1_700_000_000_000_000)
PART = 30
"""One of so many households and products."""


@pytest.fixture(scope="module")
def part(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CustomerGraph]:
    """What every thirtieth household of Complete Journey did, every thirtieth product, and all campaigns, in SQLite."""
    folder = tmp_path_factory.mktemp("part")
    for file in complete_journey_folder().glob("*.parquet"):
        table = pl.read_parquet(file)
        if "household_id" in table.columns:
            table = table.filter(pl.col("household_id").cast(pl.Int64) % PART == 3)
        if file.stem in ("products", "coupons"):
            table = table.filter(pl.col("product_id").cast(pl.Int64) % PART == 3)
        table.write_parquet(folder / file.name)
    with (
        closing(SqliteEventLog(folder / "log.db")) as log,
        closing(open_graph(f"sqlite:///{folder / 'g.db'}")) as graph,
    ):
        import_history(read_history(complete_journey_mapping(), folder, _NOW), log)
        catch_up(log, GraphProjection(graph))
        yield graph


class Stopped(Exception):
    """Raised where a copy is to stop."""


def stop_after_one_batch(what: str, done: int, total: int) -> None:
    if done > 0:
        raise Stopped


def test_a_part_of_a_real_shop_comes_back_from_neo4j_as_it_was(
    part: CustomerGraph, neo4j_servers: Servers, tmp_path: Path
) -> None:
    counts = part.counts()
    assert counts.interactions > 30_000 and counts.campaigns == 27 and counts.coupons > 100
    with (
        closing(open_graph(neo4j_servers.url_for(tmp_path))) as there,
        closing(open_graph(f"sqlite:///{tmp_path / 'back.db'}")) as back,
    ):
        for one, other in ((part, there), (there, back)):
            with pytest.raises(Stopped):
                copy_graph(one, other, progress=stop_after_one_batch)
            copied = copy_graph(one, other)
            assert copied.written == copied.records - BATCH
            assert (copied.position, copied.counts) == (part.position(), counts)
        assert all(ours == theirs for ours, theirs in zip_longest(part.export(), back.export()))
        assert copy_graph(part, there).written == 0
