import os
from collections.abc import Iterator
from contextlib import closing

import pytest

from graph import CustomerGraph, StoreUnavailable
from graph.stores import open_graph
from graph.stores.neo4j.local import find_neo4j
from tests.graph.stores.neo4j.neo4j_server import Servers
from tests.graph.stores.neo4j.slice_of_a_retailer import copy_with_a_stop, fill_with_a_slice


@pytest.fixture(scope="session")
def neo4j_servers() -> Iterator[Servers]:
    try:
        find_neo4j(os.environ)
    except StoreUnavailable as missing:
        pytest.skip(f"NOTHING OF PATRON ON NEO4J WAS TESTED: {missing}")
    with Servers(os.environ) as servers:
        yield servers


@pytest.fixture(scope="session")
def retailer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CustomerGraph]:
    """A slice of a real retailer in SQLite, to read."""
    folder = tmp_path_factory.mktemp("retailer")
    with closing(open_graph(f"sqlite:///{folder / 'graph.db'}")) as graph:
        fill_with_a_slice(graph, folder)
        yield graph


@pytest.fixture(scope="module")
def retailer_url(retailer: CustomerGraph, neo4j_servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Where the same slice is in Neo4j, copied there."""
    url = neo4j_servers.url_for(tmp_path_factory.mktemp("retailer"))
    with closing(open_graph(url)) as there:
        copy_with_a_stop(retailer, there)
    return url
