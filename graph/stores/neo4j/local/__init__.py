"""A Neo4j of one's own for development, tests and the demo: an address given is used, else one is started and ended."""

from graph.stores.neo4j.local.releases import DEFAULT_VERSION
from graph.stores.neo4j.local.server import LocalNeo4j
from graph.stores.neo4j.local.settings import ServerSettings
from graph.stores.neo4j.local.ways import GivenNeo4j, find_neo4j

__all__ = ["DEFAULT_VERSION", "GivenNeo4j", "LocalNeo4j", "ServerSettings", "find_neo4j"]
