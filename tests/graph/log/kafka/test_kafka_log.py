from pathlib import Path

import pytest

from graph import EventLog
from graph.log.kafka.kafka_log import KafkaEventLog
from tests.graph.log.event_log_contract import EventLogContract
from tests.graph.log.kafka_topics import Topics


class TestKafkaEventLog(EventLogContract):
    @pytest.fixture(autouse=True)
    def _topics(self, kafka_topics: Topics) -> None:
        self.topics = kafka_topics

    def open(self, path: Path) -> EventLog:
        return KafkaEventLog(path / "log.db", self.topics.address_for(path), partitions=3, busy_seconds=1)
