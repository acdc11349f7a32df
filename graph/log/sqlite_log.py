"""SqliteEventLog: the event log in one SQLite file, durable by group commit."""

from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path

from graph.errors import InvalidValue
from graph.events.family import Event
from graph.log.commits import Commits, Deliver, OnCommit
from graph.log.event_log import Appended
from graph.log.file_log import Aside, FileLog
from graph.log.writer import LogWriter

__all__ = ["SqliteEventLog"]


class SqliteEventLog(FileLog):
    """An EventLog that any thread may use, and that other processes may read while one writes.

    on_commit sees the newly logged events of each commit in seq order before the futures of its callers resolve;
    deliver says where that happens (default: on the writer thread). A write waits at most `busy_seconds` for another
    process's lock. InvalidValue for a file that is the replica of a topic.
    """

    def __init__(
        self,
        path: Path,
        *,
        on_commit: OnCommit | None = None,
        deliver: Deliver | None = None,
        busy_seconds: float = 5.0,
    ) -> None:
        commits = Commits(path, on_commit, deliver, busy_seconds)
        super().__init__(path, busy_seconds=busy_seconds)
        if self.topic is not None:
            commits.disconnect()
            super().close()
            raise InvalidValue("PATRON_LOG", "", f"kafka://<servers>/{self.topic}, whose replica {path} is")
        self._writer = LogWriter(path.name, commits)

    def submit(self, events: Sequence[Event]) -> Future[list[Appended]]:
        return self._writer.submit(events)

    def aside(self, row: Aside) -> bool:
        return self._writer.aside(row)

    def close(self) -> None:
        self._writer.close()
        super().close()
