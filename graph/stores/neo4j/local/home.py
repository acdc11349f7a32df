"""Home: the folder of one's own Neo4j with its data, logs, configuration, password and lock."""

import os
import secrets
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path

from graph.errors import StoreUnavailable
from graph.local_servers.owned import last_words, owned

__all__ = ["Home"]


class Home:
    """The names inside a server's home folder; the folder is created where it is missing."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self.conf = self.path / "conf"
        self.data = self.path / "data"
        self.logs = self.path / "logs"
        self.proposed = self.path / "password.new"
        self._kept = self.path / "password"
        self.console = self.logs / "console.log"
        for folder in (self.path, self.conf, self.data, self.logs):
            folder.mkdir(parents=True, exist_ok=True)

    @property
    def password(self) -> str | None:
        """The password that was kept; None before the first."""
        return self._kept.read_text(encoding="ascii") if self._kept.exists() else None

    def new_password(self) -> str:
        """One to set: it lies in `proposed` too, readable for the owner alone, until `keep_password`.

        StoreUnavailable where there are data already, under a password that is not known here.
        """
        if (self.data / "databases").exists():
            raise StoreUnavailable(f"{self.data} holds a Neo4j already, but {self._kept} does not say its password")
        password = secrets.token_hex(16)
        opened = os.open(self.proposed, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(opened, "w", encoding="ascii") as file:
            file.write(password)
        return password

    def keep_password(self) -> None:
        """The password proposed is set: keep it."""
        self.proposed.rename(self._kept)

    def configure(self, configuration: Mapping[str, str]) -> None:
        """Write neo4j.conf."""
        lines = [f"{key}={value}\n" for key, value in configuration.items()]
        (self.conf / "neo4j.conf").write_text("".join(lines), encoding="utf-8")

    def exclusive(self) -> AbstractContextManager[int]:
        """Own the home while the block runs, and after it for as long as a child holds the descriptor this yields.

        A server that is still stopping is waited for; StoreUnavailable where one goes on running.
        """
        return owned(self.path, "Neo4j")

    def last_words(self) -> str:
        """The end of what the server printed and logged."""
        return last_words(self.console, self.logs / "neo4j.log")
