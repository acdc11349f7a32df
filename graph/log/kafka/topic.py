"""Topic: what the brokers say of the log's topic; it is made where it is missing."""

import logging
import time
from typing import Any, NamedTuple

from confluent_kafka import KafkaError, KafkaException, TopicCollection
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from graph.errors import InvalidValue, LogUnavailable
from graph.log.kafka.address import KafkaAddress

__all__ = ["MAX_RECORD_BYTES", "Topic", "client_settings", "found_topic"]

_logger = logging.getLogger("patron.kafka")
_client_logger = logging.getLogger("patron.kafka.client")
_client_logger.setLevel(logging.CRITICAL)  # an outage is told once, by whoever notices it

MAX_RECORD_BYTES = 8 * 2**20
REPLICAS = 3
LOOK_AGAIN_SECONDS = 0.05
"""Copies of each record where there are so many brokers; it is acknowledged once all but one at least have it."""


class Topic(NamedTuple):
    """A topic by the id the cluster gave it; one deleted and made again has another id."""

    name: str
    id: str
    partitions: int

    def must_be_called(self, name: str) -> None:
        """InvalidValue where the topic that a data folder repeats is not the one asked for."""
        if self.name != name:
            raise InvalidValue("PATRON_LOG", name, f"the topic that this data folder repeats, {self.name!r}")


def client_settings(address: KafkaAddress) -> dict[str, Any]:
    """What every client of ours is told."""
    return {
        "bootstrap.servers": address.servers,
        "client.id": "patron",
        "logger": _client_logger,
        "reconnect.backoff.ms": 50,
        "reconnect.backoff.max.ms": 1000,
    }


def found_topic(address: KafkaAddress, partitions: int | None, seconds: float) -> Topic:
    """The topic, made with so many partitions where it is missing; LogUnavailable where the brokers do not answer, or
    where it is missing and `partitions` is None.

    It is made to be the record: nothing in it expires, and with three brokers or more each record has three copies, of
    which two must be written before it is acknowledged.
    """
    asking = AdminClient(client_settings(address))
    try:
        brokers = len(asking.list_topics(timeout=seconds).brokers)
        found = _described(asking, address.topic, seconds)
        if found is None and partitions is not None:
            _create(asking, address.topic, partitions, min(REPLICAS, brokers), seconds)
            ends = time.monotonic() + seconds
            while (found := _described(asking, address.topic, seconds)) is None and time.monotonic() < ends:
                time.sleep(LOOK_AGAIN_SECONDS)  # made, and not yet shown by the broker that is asked
    except KafkaException as error:
        raise LogUnavailable(f"Kafka at {address.servers} cannot be used: {_told(error)}") from error
    if found is None:
        raise LogUnavailable(f"Kafka at {address.servers} has no topic {address.topic!r}, or does not show it yet")
    return found


def _described(asking: AdminClient, name: str, seconds: float) -> Topic | None:
    future = asking.describe_topics(TopicCollection([name]), request_timeout=seconds)[name]
    try:
        described = future.result(seconds)
    except KafkaException as error:
        if error.args[0].code() == KafkaError.UNKNOWN_TOPIC_OR_PART:
            return None
        raise
    except TimeoutError:
        raise LogUnavailable(f"Kafka does not say what topic {name!r} is") from None
    return Topic(name, str(described.topic_id), len(described.partitions))


def _create(asking: AdminClient, name: str, partitions: int, replicas: int, seconds: float) -> None:
    settings = {
        "cleanup.policy": "delete",
        "retention.ms": "-1",
        "max.message.bytes": str(2 * MAX_RECORD_BYTES),
        "min.insync.replicas": str(max(1, replicas - 1)),
    }
    future = asking.create_topics([NewTopic(name, partitions, replicas, config=settings)], request_timeout=seconds)[
        name
    ]
    try:
        future.result(seconds)
    except KafkaException as error:
        if error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
            raise
    else:
        _logger.warning(
            "made topic %r: %d partitions, %d copies of each record, %s of them written before it is acknowledged; "
            "nothing in it expires",
            name,
            partitions,
            replicas,
            settings["min.insync.replicas"],
        )


def _told(error: KafkaException) -> str:
    cause = error.args[0]
    return cause.str() if isinstance(cause, KafkaError) else str(cause)
