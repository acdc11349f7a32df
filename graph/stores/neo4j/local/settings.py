"""ServerSettings: what a Neo4j of one's own may use, as its configuration file says it."""

from dataclasses import dataclass

__all__ = ["HOST", "ServerSettings"]

HOST = "127.0.0.1"


@dataclass(frozen=True)
class ServerSettings:
    """Ports on loopback (0 takes a free one) and memory (Neo4j's sizes: ``512m``, ``1g``).

    `browser_port` None serves no HTTP and so no Neo4j Browser. `quick_start` saves seconds of each start and half of
    the memory, and makes long work slower: for tests.
    """

    port: int = 0
    browser_port: int | None = None
    heap: str = "1g"
    page_cache: str = "512m"
    quick_start: bool = False

    def configuration(self) -> dict[str, str]:
        """What neo4j.conf says, key by key, apart from where the server listens."""
        browser = {} if self.browser_port is None else {"server.http.advertised_address": f"{HOST}:{self.browser_port}"}
        return browser | {
            "dbms.security.auth_enabled": "true",
            "server.bolt.advertised_address": f"{HOST}:{self.port}",
            "server.http.enabled": "false" if self.browser_port is None else "true",
            "server.https.enabled": "false",
            "server.memory.heap.initial_size": self.heap,
            "server.memory.heap.max_size": self.heap,
            "server.memory.pagecache.size": self.page_cache,
            "dbms.usage_report.enabled": "false",
            "client.allow_telemetry": "false",
            "db.tx_log.preallocate": "false",
            "db.tx_log.rotation.size": "16m",
            "db.tx_log.rotation.retention_policy": "1 files",
            "db.store.files.preallocate": "false",
            "internal.dbms.bolt.netty_server_shutdown_quiet_period": "0",
            "server.config.strict_validation.enabled": "true",
        }
