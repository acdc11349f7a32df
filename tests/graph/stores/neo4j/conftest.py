import os
from collections.abc import Iterator

import pytest

from graph import StoreUnavailable
from graph.stores.neo4j.local import find_neo4j
from tests.graph.stores.neo4j.neo4j_server import Servers


@pytest.fixture(scope="session")
def neo4j_servers() -> Iterator[Servers]:
    try:
        find_neo4j(os.environ)
    except StoreUnavailable as missing:
        pytest.skip(f"NOTHING OF PATRON ON NEO4J WAS TESTED: {missing}")
    with Servers(os.environ) as servers:
        yield servers
