"""TopicSource: the records of a topic, shared with the other members of a group, committed after their effect."""

import logging
from collections.abc import Callable

from confluent_kafka import Consumer, KafkaException, Message, TopicPartition

from api.processes.forwarding import Forwarder, Taken
from graph.log.kafka.address import KafkaAddress
from graph.log.kafka.topic import client_settings

__all__ = ["TopicSource"]

AT_ONCE = 500
LOOK_SECONDS = 0.5
_log = logging.getLogger("patron.consume")


class TopicSource:
    """For one thread. A group that has read nothing yet begins at the topic's start.

    A batch is committed before the next is read, so when partitions go to another member nothing done is uncommitted; a
    batch under way at that moment, or at a crash, comes again and counts once.
    """

    def __init__(self, address: KafkaAddress, group: str) -> None:
        self._consumer = Consumer(
            client_settings(address)
            | {
                "group.id": group,
                "enable.auto.commit": False,
                "auto.offset.reset": "earliest",
                "session.timeout.ms": 10_000,  # after which a member that was killed is missed
                "heartbeat.interval.ms": 2_000,
                "partition.assignment.strategy": "cooperative-sticky",
            }
        )
        self._consumer.subscribe([address.topic])

    def forward(self, forwarder: Forwarder, told: Callable[[Taken], object], wanted: Callable[[], bool]) -> None:
        """Send on what comes, batch by batch, while that is `wanted`; `told` hears what became of each."""
        while wanted():
            first = self._consumer.poll(LOOK_SECONDS)
            if first is None:
                continue
            records = [record for record in (first, *self._consumer.consume(AT_ONCE - 1, 0)) if _usable(record)]
            if records:
                told(forwarder.send([record.value() or b"" for record in records]))
                self._commit(records)

    def wait(self, seconds: float) -> None:
        """Stay a member of the group for so long without reading on."""
        held = self._consumer.assignment()
        self._consumer.pause(held)
        self._consumer.poll(seconds)
        self._consumer.resume(self._consumer.assignment())

    def close(self) -> None:
        self._consumer.close()

    def _commit(self, records: list[Message]) -> None:
        ends: dict[tuple[str, int], int] = {}
        for record in records:
            ends[record.topic() or "", record.partition() or 0] = (record.offset() or 0) + 1
        offsets = [TopicPartition(topic, partition, offset) for (topic, partition), offset in ends.items()]
        try:
            self._consumer.commit(offsets=offsets, asynchronous=False)
        except KafkaException as error:  # the partition is another's now: it sends these again, and they count once
            _log.warning("offsets were not committed, the records will come again: %s", error)


def _usable(record: Message) -> bool:
    error = record.error()
    if error is not None:
        _log.warning("reading the topic: %s", error.str())
    return error is None
