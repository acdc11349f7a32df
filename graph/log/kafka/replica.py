"""Replica: what log.db remembers of the topic it repeats."""

import sqlite3
from collections.abc import Mapping

from graph.errors import InvalidValue
from graph.log.kafka.topic import Topic

__all__ = ["known_topic", "move_on", "next_offsets", "repeats"]


def known_topic(connection: sqlite3.Connection) -> Topic | None:
    """The topic whose replica the file is; None for a file that repeats none yet."""
    row = connection.execute("SELECT name, id, partitions FROM topic").fetchone()
    return None if row is None else Topic(*row)


def repeats(connection: sqlite3.Connection, topic: Topic) -> None:
    """Say whose replica the file is; InvalidValue where it holds another topic, or a log of its own."""
    known = known_topic(connection)
    if known is None:
        if connection.execute("SELECT EXISTS (SELECT 1 FROM event)").fetchone()[0]:
            expected = "a data folder without an event log of its own: this one's log.db holds events of no topic"
            raise InvalidValue("PATRON_LOG", topic.name, expected)
        connection.execute("INSERT INTO topic (one, name, id, partitions) VALUES (1, ?, ?, ?)", topic)
        if topic.partitions > 1:
            connection.execute(f"CREATE INDEX event_partition ON event ((seq - 1) % {topic.partitions}, seq)")
        return
    known.must_be_called(topic.name)
    if known.partitions != topic.partitions:
        expected = f"{known.partitions}: numbers of events depend on it; make a new topic and copy the events into it"
        raise InvalidValue(f"partitions of topic {topic.name!r}", topic.partitions, expected)
    if known.id != topic.id:
        expected = f"{known.id}: the topic was deleted and made again; use a new data folder, or another topic"
        raise InvalidValue(f"id of topic {topic.name!r}", topic.id, expected)


def next_offsets(connection: sqlite3.Connection, partitions: int) -> list[int]:
    """The offset to be read next of each partition."""
    kept = dict(connection.execute("SELECT partition, next FROM topic_offset"))
    return [kept.get(partition, 0) for partition in range(partitions)]


def move_on(connection: sqlite3.Connection, offsets: Mapping[int, int]) -> None:
    """Keep the next offset of these partitions, within the open transaction."""
    connection.executemany("INSERT OR REPLACE INTO topic_offset (partition, next) VALUES (?, ?)", offsets.items())
