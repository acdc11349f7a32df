"""AsideFile: what lies beside the events of a log.db, for a process that does not write the events."""

import sqlite3
from contextlib import closing
from pathlib import Path

from graph.errors import LogUnavailable
from graph.log.file_log import Aside
from graph.log.log_file import LogFile
from graph.log.schema import LOG_SCHEMA
from graph.sqlite_file import open_sqlite, transaction

__all__ = ["AsideFile"]


class AsideFile(LogFile):
    """A log.db of either kind, a topic's replica too, also while a server writes to it."""

    def __init__(self, path: Path, *, busy_seconds: float = 5.0) -> None:
        super().__init__(path, busy_seconds=busy_seconds)
        self._busy_seconds = busy_seconds

    def aside(self, row: Aside) -> bool:
        """Write a row at once; True. LogUnavailable where the file cannot be written."""
        try:
            with (
                closing(open_sqlite(self.path, LOG_SCHEMA, busy_seconds=self._busy_seconds, shrinks=True)) as writing,
                transaction(writing),
            ):
                writing.execute(row.statement, row.values)
        except sqlite3.Error as error:
            raise LogUnavailable(f"{self.path.name} cannot be written: {error}") from error
        return True
