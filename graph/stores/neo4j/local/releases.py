"""Release: the lines of Neo4j we can start, and what each needs."""

import re
from dataclasses import dataclass

from graph.errors import InvalidValue

__all__ = ["DEFAULT_VERSION", "Release", "release_of"]

DEFAULT_VERSION = "5.26.30"
"""The newest of the long-term line 5.26."""


@dataclass(frozen=True)
class Release:
    """One version of Neo4j: the Java it needs, how it is started there, and the image that holds it."""

    version: str
    java: int
    main_class: str
    flags: tuple[str, ...] = ()

    @property
    def image(self) -> str:
        """The Docker image of this version's line, e.g. ``neo4j:5.26-community``."""
        return f"neo4j:{'.'.join(self.version.split('.')[:2])}-community"


_LINES: dict[str, tuple[int, str, tuple[str, ...]]] = {
    "5.26": (17, "org.neo4j.server.CommunityEntryPoint", ()),
    "2026": (
        21,
        "org.neo4j.server.Neo4jCommunity",
        ("--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"),
    ),
}


def release_of(version: str) -> Release:
    """The release of that number; InvalidValue for a line we do not know how to start.

    >>> release_of("2026.08.1").java
    21
    """
    line = next((line for line in _LINES if version.startswith(f"{line}.")), None)
    if line is None or not re.fullmatch(r"\d+(\.\d+)+", version):
        raise InvalidValue("version", version, "a Neo4j 5.26 or 2026 release, such as 5.26.30 or 2026.08.1")
    return Release(version, *_LINES[line])
