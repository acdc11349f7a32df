"""Tail: reads the whole topic on from where log.db stands, partition by partition, without a consumer group."""

import logging
from collections.abc import Mapping

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from graph.errors import InvalidValue, LogUnavailable
from graph.log.kafka.address import KafkaAddress
from graph.log.kafka.topic import Topic, client_settings

__all__ = ["Tail"]

_logger = logging.getLogger("patron.kafka")

AT_ONCE = 2_000
"""Records a commit takes at most."""

ANSWER_SECONDS = 3.0
_START_IS_GONE = (KafkaError._AUTO_OFFSET_RESET, KafkaError.OFFSET_OUT_OF_RANGE)


class Tail:
    """For one thread. caught_up: whether it has come to where the topic ended when reading began."""

    def __init__(self, address: KafkaAddress, topic: Topic) -> None:
        self.caught_up = False
        self._topic = topic
        self._goal: dict[int, int] = {}
        self._said = ""
        self._consumer = Consumer(
            client_settings(address)
            | {
                "group.id": "patron-log",  # never joined, never committed to
                "enable.auto.commit": False,
                "enable.auto.offset.store": False,
                "auto.offset.reset": "error",
                "fetch.wait.max.ms": 100,
                "fetch.error.backoff.ms": 100,
                "queued.max.messages.kbytes": 16_384,
            }
        )

    def begin(self, offsets: list[int]) -> None:
        """Read on from these offsets, one a partition.

        Records that the topic no longer holds are passed over and told of. InvalidValue where the topic ends before
        what was read of it, LogUnavailable where the brokers do not answer.
        """
        begun = []
        for partition, offset in enumerate(offsets):
            try:
                first, end = self._consumer.get_watermark_offsets(
                    TopicPartition(self._topic.name, partition), timeout=ANSWER_SECONDS
                )
            except KafkaException as error:
                raise LogUnavailable(f"Kafka does not say where the topic begins: {error}") from error
            if offset > end:
                expected = f"at least {offset}, which were read of it: records were lost, or it was made anew"
                raise InvalidValue(f"records of {self._topic.name}/{partition}", end, expected)
            if offset < first:
                _logger.error(
                    "%d records of %s/%d have expired before this server read them; it goes on after them",
                    first - offset,
                    self._topic.name,
                    partition,
                )
            begun.append(TopicPartition(self._topic.name, partition, max(offset, first)))
            self._goal[partition] = end
        self._consumer.assign(begun)
        self._came_to({one.partition: one.offset for one in begun})

    def read(self, seconds: float) -> list[Message]:
        """The next records, waiting at most so long for the first; LookupError where the topic's start has moved past
        where we are."""
        first = self._consumer.poll(seconds)
        if first is None:
            return []
        records = []
        for message in (first, *self._consumer.consume(AT_ONCE - 1, 0)):
            error = message.error()
            if error is None:
                records.append(message)
            elif error.code() in _START_IS_GONE:
                raise LookupError(error.str())
            else:
                self._tell(error.str())
        return records

    def came_to(self, offsets: Mapping[int, int]) -> None:
        """These are the next offsets now."""
        self._said = ""
        self._came_to(offsets)

    def answers(self) -> bool:
        """Whether a broker can be reached now."""
        try:
            self._consumer.list_topics(self._topic.name, timeout=0.5)
        except KafkaException:
            return False
        return True

    def close(self) -> None:
        self._consumer.close()

    def _came_to(self, offsets: Mapping[int, int]) -> None:
        if self.caught_up:
            return
        for partition, offset in offsets.items():
            if offset >= self._goal.get(partition, offset):
                self._goal.pop(partition, None)
        self.caught_up = not self._goal

    def _tell(self, what: str) -> None:
        """Say what is wrong, once until records come again."""
        if what != self._said:
            self._said = what
            _logger.warning("reading the topic %s: %s", self._topic.name, what)
