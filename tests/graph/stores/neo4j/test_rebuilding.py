from contextlib import closing
from pathlib import Path

import pytest

from graph import Product, ProductId, Stamp
from graph.log.sqlite_log import SqliteEventLog
from graph.projection.catch_up import catch_up
from graph.projection.graph_projection import GraphProjection
from graph.projection.rebuilding import UNFINISHED, rebuild_graph_server
from graph.stores.neo4j.graph import Neo4jGraph
from graph.stores.sqlite import SqliteGraph
from tests.graph.log.event_log_contract import ANN, BOB, erased, order, view
from tests.graph.stores.neo4j.neo4j_server import Servers

STRANGE = Product(id=ProductId("strange"), name="of no event of the log", stamp=Stamp(view(1).at, "x"))


def test_a_graph_on_a_server_is_emptied_and_filled_and_goes_on_where_it_was_stopped(
    tmp_path: Path, neo4j_servers: Servers
) -> None:
    with (
        closing(SqliteEventLog(tmp_path / "log.db")) as log,
        closing(Neo4jGraph(neo4j_servers.url_for(tmp_path))) as graph,
        closing(SqliteGraph(tmp_path / "expected.db")) as expected,
    ):
        log.append([view(number, BOB if number % 2 else ANN) for number in range(40)])
        log.append([order("o1", "1", ["milk#1"], BOB), erased("x", 500), view(600)])
        catch_up(log, GraphProjection(expected))
        graph.upsert_products([STRANGE])
        catch_up(log, GraphProjection(graph))

        def stop(what: str, done: int, total: int) -> None:
            if what == "copying":
                raise InterruptedError

        with pytest.raises(InterruptedError):
            rebuild_graph_server(log, graph, tmp_path / "graph.db", copied=stop)
        assert graph.position().startswith(UNFINISHED)
        made = rebuild_graph_server(log, graph, tmp_path / "graph.db")
        assert made.resumed and made.position == log.end() == graph.position()
        assert list(graph.export()) == list(expected.export())
    assert not list(tmp_path.glob("*rebuilding*"))
