"""Address: where a Neo4j database is and who we are there, from its URL."""

from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from graph.errors import InvalidValue

__all__ = ["SCHEMES", "Address"]

SCHEMES = ("neo4j", "neo4j+s", "neo4j+ssc", "bolt", "bolt+s", "bolt+ssc")
_EXPECTED = "neo4j://user:password@host:7687/database"
_ENCODED = "with /, ?, # and @ percent-encoded in user and password, and nothing after the database"


@dataclass(frozen=True)
class Address:
    """uri: what the driver connects to. database: its name, None for the user's own default."""

    uri: str
    user: str
    password: str = field(repr=False)
    database: str | None

    @classmethod
    def parse(cls, url: str) -> "Address":
        """The address `url` names: ``neo4j://user:password@host:port/database``, percent-encoded where need be.

        The user is ``neo4j`` unless said. Raises InvalidValue, never showing a password.
        """
        try:
            parts = urlsplit(url)
            port = parts.port or 7687
        except ValueError:
            raise InvalidValue("graph_url", "a URL that cannot be read", _EXPECTED) from None
        database = parts.path.strip("/")
        if parts.scheme not in SCHEMES or not parts.hostname or "/" in database:
            raise InvalidValue("graph_url", f"{parts.scheme}://{parts.hostname or ''}", _EXPECTED)
        if parts.query or parts.fragment or "@" in database:
            raise InvalidValue("graph_url", f"{parts.scheme}://…", f"{_EXPECTED}, {_ENCODED}")
        host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        return cls(
            uri=f"{parts.scheme}://{host}:{port}",
            user=unquote(parts.username or "neo4j"),
            password=unquote(parts.password or ""),
            database=unquote(database) or None,
        )

    def __str__(self) -> str:
        return f"{self.uri}/{self.database or ''}"
