from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.graph.stores.graph_contract import CustomerGraphContract
from tests.graph.stores.neo4j.neo4j_server import Servers


class TestNeo4jGraph(CustomerGraphContract):
    examples = 10
    crowd = 11_000
    servers: Servers

    @pytest.fixture(autouse=True)
    def _on(self, neo4j_servers: Servers) -> Iterator[None]:
        type(self).servers = neo4j_servers
        yield

    def url(self, folder: Path) -> str:
        return self.servers.url_for(folder)
