"""Topics for tests on one real broker: each folder's log has a topic of its own."""

import itertools
import os
from pathlib import Path

from graph.log.kafka.address import KafkaAddress

__all__ = ["Topics"]

_numbers = itertools.count()


class Topics:
    """`address_for` a folder is the same for the whole session, and nobody else's."""

    def __init__(self, servers: str) -> None:
        self.servers = servers
        self._names: dict[Path, str] = {}

    def address_for(self, folder: Path) -> KafkaAddress:
        name = self._names.setdefault(folder, f"events-{os.getpid()}-{next(_numbers)}")
        return KafkaAddress(self.servers, name)

    def url_for(self, folder: Path) -> str:
        """What PATRON_LOG says for that topic."""
        return "kafka://{}/{}".format(*self.address_for(folder))
