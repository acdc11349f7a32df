"""Sender: the events of a call as records that all in-sync copies of the topic hold."""

import logging
import secrets
import time
from collections.abc import Sequence
from concurrent.futures import Future
from functools import partial

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from graph.errors import InvalidValue, LogUnavailable
from graph.events.family import Event
from graph.log.event_log import Appended
from graph.log.file_log import encoded
from graph.log.kafka.address import KafkaAddress
from graph.log.kafka.records import Call, headers_of, key_of, partition_of
from graph.log.kafka.topic import MAX_RECORD_BYTES, Topic, client_settings
from graph.log.kafka.waiting import Waiting

__all__ = ["Sender"]

_logger = logging.getLogger("patron.kafka")

MAX_WAITING = 100_000
"""Events on their way after which further calls are turned away."""


class Sender:
    """Any thread sends; one calls `serve` again and again, in which acknowledgements are heard.

    away: whether no broker can be reached: calls are turned away at once until one can.
    """

    def __init__(self, address: KafkaAddress, topic: Topic, waiting: Waiting, patience: float) -> None:
        self.server = secrets.token_bytes(8)
        self.away = False
        self._address, self._topic, self._waiting = address, topic, waiting
        self._patience = patience
        self._broken = False
        self._producer = self._made()

    def send(self, events: Sequence[Event]) -> Future[list[Appended]]:
        """What becomes of these events. InvalidValue for one that cannot be stored, LogUnavailable as it says."""
        payloads = encoded(events)
        for event, payload in zip(events, payloads, strict=True):
            if len(payload) > MAX_RECORD_BYTES:
                raise InvalidValue("event", event.id, f"one that takes at most {MAX_RECORD_BYTES} bytes")
        if not events:
            nothing: Future[list[Appended]] = Future()
            nothing.set_result([])
            return nothing
        if self.away:
            raise LogUnavailable(f"Kafka at {self._address.servers} cannot be reached")
        if self._waiting.events and self._waiting.events + len(events) > MAX_WAITING:
            raise LogUnavailable(f"{self._waiting.events} events are on their way through Kafka already")
        number, future = self._waiting.opened(len(events), time.monotonic() + self._patience)
        delivered = partial(self._delivered, number)
        try:
            for place, (event, payload) in enumerate(zip(events, payloads, strict=True)):
                key = key_of(event)
                self._producer.produce(
                    self._topic.name,
                    payload,
                    key,
                    partition_of(key, self._topic.partitions),
                    on_delivery=delivered,
                    headers=headers_of(Call(self.server, number, place)),
                )
        except (BufferError, KafkaException) as error:
            self._waiting.fail(number, LogUnavailable(f"Kafka takes no more events now: {error}"))
        return future

    def serve(self) -> None:
        """Hear what the brokers have acknowledged since, and give up what took too long."""
        self._producer.poll(0)
        for number in self._waiting.overdue(time.monotonic()):
            self._waiting.fail(
                number, LogUnavailable(f"Kafka has not handed an event back within {self._patience:g} s")
            )
        if self._broken:
            self._broken = False
            self._producer = self._made()

    def reached(self) -> None:
        """A broker has answered."""
        if self.away:
            self.away = False
            _logger.warning("Kafka at %s takes events again", self._address.servers)

    def close(self) -> None:
        """Give up what is still waiting."""
        for number in self._waiting.numbers():
            self._waiting.fail(number, LogUnavailable("the log was closed before Kafka had the event"))
        self._producer.purge()
        self._producer.flush(1)

    def _made(self) -> Producer:
        return Producer(
            client_settings(self._address)
            | {
                "enable.idempotence": True,
                "acks": "all",
                "linger.ms": 1,
                "compression.type": "lz4",
                "message.timeout.ms": int(1000 * self._patience),
                "message.max.bytes": 2 * MAX_RECORD_BYTES,
                "queue.buffering.max.messages": 2 * MAX_WAITING,
                "retry.backoff.ms": 50,
                "error_cb": self._failed,
            }
        )

    def _delivered(self, number: int, error: KafkaError | None, message: Message) -> None:
        if error is None:
            self.reached()
            self._waiting.delivered(number)
        else:
            self._waiting.fail(number, LogUnavailable(f"Kafka has not taken an event: {error.str()}"))

    def _failed(self, error: KafkaError) -> None:
        self._broken |= error.code() == KafkaError._FATAL
        if error.code() == KafkaError._ALL_BROKERS_DOWN and not self.away:
            self.away = True
            _logger.warning("Kafka at %s cannot be reached: events are refused until it can", self._address.servers)
