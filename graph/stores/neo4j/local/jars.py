"""The jars of a Neo4j release, with Neo4j Browser."""

from pathlib import Path

from graph.local_servers.jars import Jars

__all__ = ["neo4j_jars"]

BROWSER_VERSION = "5.24.0"


def neo4j_jars(cache: Path, version: str) -> Jars:
    """Where in `cache` they lie or will lie."""
    artifacts = (("org.neo4j", "neo4j", version), ("org.neo4j.client", "neo4j-browser", BROWSER_VERSION))
    return Jars(cache / f"neo4j-{version}", f"Neo4j {version}", artifacts, megabytes=140)
