"""patron consume: a topic's records are in a real server, once, whatever is killed and given to others meanwhile."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from confluent_kafka import Producer

from graph.data_folder import DataFolder
from graph.log.dead_letters import DeadLetters
from graph.log.kafka.topic import found_topic
from graph.log.sqlite_log import SqliteEventLog
from tests.api.served import Served, served, started
from tests.commands.called import Called
from tests.graph.log.kafka_topics import Topics

PARTITIONS = 3


def segment(number: int) -> bytes:
    message = {"messageId": f"m{number}", "userId": f"u{number % 5}", "type": "track", "event": "Product Viewed"}
    return json.dumps(message | {"properties": {"product_id": f"baby-{number % 20:02d}"}}).encode()


def cloudevent(number: int) -> bytes:
    event = {"specversion": "1.0", "id": f"c{number}", "source": "till", "type": "com.patron.Viewed", "subject": "u1"}
    return json.dumps(event | {"data": {"product": "baby-01"}}).encode()


@contextmanager
def consuming(topic: str, server: str, *options: str) -> Iterator[subprocess.Popen[str]]:
    words = [sys.executable, "-m", "api", "consume", topic, "--to", server, "--json", *options]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=os.environ)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def until(true: Callable[[], bool], seconds: float = 60) -> None:
    ends = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < ends
        time.sleep(0.05)


def views(server: Served, customers: int = 5) -> int:
    found = [server.http.get(f"/v1/customers/u{number}") for number in range(customers)]
    return sum(one.json()["counts"].get("Viewed", 0) for one in found if one.status_code == 200)


@pytest.fixture
def topic(kafka_topics: Topics, tmp_path: Path) -> tuple[str, Callable[..., None]]:
    """A topic's URL, and what puts records into it."""
    address = kafka_topics.address_for(tmp_path / "source")
    found_topic(address, PARTITIONS, 10)
    producer = Producer({"bootstrap.servers": address.servers})

    def put(*records: bytes) -> None:
        for number, record in enumerate(records):
            producer.produce(address.topic, record, partition=number % PARTITIONS)
        assert producer.flush(10) == 0

    return kafka_topics.url_for(tmp_path / "source"), put


def test_records_are_taken_once_by_members_that_are_killed_and_servers_that_go(
    data: Path, topic: tuple[str, Callable[..., None]]
) -> None:
    url, put = topic
    put(*map(segment, range(300)), b"no json {", b"[1]", segment(7))
    with served(data, worker="false") as server:
        address = str(server.http.base_url)
        port = str(server.http.base_url.port)
        with consuming(url, address) as first:
            until(lambda: views(server) > 0)
            first.kill()
        with consuming(url, address) as second, consuming(url, address) as third:
            until(lambda: views(server) == 300)
            server.stop()
            put(*map(segment, range(290, 400)))
            again = started(data, worker="false", port=port).wait_until_ready()
            try:
                until(lambda: views(again) == 400)
                third.send_signal(signal.SIGTERM)
                put(*map(segment, range(395, 420)))
                until(lambda: views(again) == 420)
                second.send_signal(signal.SIGTERM)
                assert set(json.loads(second.communicate(timeout=30)[0])) == {"accepted", "duplicates", "refused"}
            finally:
                again.stop()
    with closing(SqliteEventLog(DataFolder(data).log)) as log:
        letters = DeadLetters(log).newest()
    assert {letter.refusal.raw for letter in letters} == {'"no json {"', "[1]"}


def test_cloudevents_are_taken_and_a_record_that_is_too_large_is_a_dead_letter(
    data: Path, topic: tuple[str, Callable[..., None]]
) -> None:
    url, put = topic
    put(*map(cloudevent, range(20)), b'"' + b"x" * 20_000 + b'"', *map(cloudevent, range(20, 40)))
    with (
        served(data, worker="false", max_body_bytes="8192") as server,
        consuming(url, str(server.http.base_url), "--format", "cloudevents") as process,
    ):
        until(lambda: views(server) == 40)
        process.send_signal(signal.SIGTERM)
        assert json.loads(process.communicate(timeout=30)[0]) == {"accepted": 40, "duplicates": 0, "refused": 1}


def test_what_names_no_topic_is_refused(patron: Callable[..., Called]) -> None:
    called = patron("consume", "events")
    assert called.code == 1 and "kafka://host:port/topic" in called.err
