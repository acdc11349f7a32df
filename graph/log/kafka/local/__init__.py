"""A Kafka of one's own for development and tests: an address given is used, else a broker is started and ended."""

from graph.log.kafka.local.broker import LocalKafka
from graph.log.kafka.local.ways import GivenKafka, find_kafka

__all__ = ["GivenKafka", "LocalKafka", "find_kafka"]
