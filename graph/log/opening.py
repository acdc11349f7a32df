"""Opening the event log that a setting names, to write or to read."""

from pathlib import Path

from graph.errors import InvalidValue, LogUnavailable
from graph.log.commits import Deliver, OnCommit
from graph.log.file_log import FileLog
from graph.log.kafka.address import KafkaAddress
from graph.log.log_file import LogFile
from graph.log.sqlite_log import SqliteEventLog

__all__ = ["check_log_url", "open_log", "read_log"]


def open_log(
    path: Path,
    url: str,
    *,
    partitions: int = 12,
    on_commit: OnCommit | None = None,
    deliver: Deliver | None = None,
) -> FileLog:
    """The log that `url` names, ``kafka://host:port/topic``, with `path` as its replica, or, where it is empty, `path`.

    `partitions` are those of a topic that has to be made. For `on_commit` and `deliver` see SqliteEventLog. Raises
    InvalidValue for a URL that names no log, or not the one that `path` repeats; LogUnavailable where it cannot be
    opened.
    """
    if not url:
        return SqliteEventLog(path, on_commit=on_commit, deliver=deliver)
    address = KafkaAddress.of(url)
    from graph.log.kafka.kafka_log import KafkaEventLog  # its client is an extra

    return KafkaEventLog(path, address, partitions=partitions, on_commit=on_commit, deliver=deliver)


def read_log(path: Path, url: str) -> LogFile:
    """What `path` holds of the log that `url` names, for reading; raises what `open_log` does."""
    topic = KafkaAddress.of(url).topic if url else None
    log = LogFile(path)
    if log.topic != topic:
        held = log.topic
        log.close()
        if held is None:
            raise LogUnavailable(f"{path} repeats no topic yet: `patron serve` makes it do so")
        raise InvalidValue("PATRON_LOG", url, f"the log that {path} belongs to: topic {held!r}")
    return log


def check_log_url(url: str) -> None:
    """Raise InvalidValue where `url` names no log, PatronError where the client it needs is not installed."""
    if url:
        KafkaAddress.of(url)
