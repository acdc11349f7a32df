"""kill -9 of a server while events come in: what was acknowledged is there, once, however often it dies."""

import random
import threading
import time
from pathlib import Path
from typing import Any

import httpx

from graph import InteractionKind
from graph.log.kafka.local import LocalKafka
from graph.stores.open import open_graph
from tests.api.served import Served, served, started
from tests.graph.log.kafka_topics import Topics

ROUNDS = 12
KAFKA_ROUNDS = 2
ALIVE = "/healthz"
SENDERS = 2
CUSTOMERS = [f"survivor-{number}" for number in range(4)]


class Sender:
    """Posts view after view until the server is gone, and remembers what it sent and what was acknowledged."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.sent: list[dict[str, Any]] = []
        self.acknowledged: set[str] = set()

    def post_until_it_dies(self, server: Served) -> None:
        with httpx.Client(base_url=server.http.base_url) as http:
            while True:
                number = len(self.sent)
                name = f"{self.name}-{number}"
                message = {
                    "messageId": name,
                    "userId": CUSTOMERS[number % len(CUSTOMERS)],
                    "event": "Product Viewed",
                    "properties": {"product_id": f"baby-{number % 20:02d}"},
                }
                self.sent.append(message)
                try:
                    answer = http.post("/v1/track", json=message)
                except httpx.TransportError:
                    return
                if answer.status_code == 503:  # what it stands on was killed: the end of this round
                    return
                assert answer.json()["accepted"] == 1
                self.acknowledged.add(name)


def test_nothing_acknowledged_is_lost_or_counted_twice_by_a_dozen_kills(data: Path) -> None:
    rng = random.Random(20)
    before = _views(data)
    senders = [Sender(f"sender-{number}") for number in range(SENDERS)]
    for number in range(ROUNDS):
        server = started(data, worker="true" if number % 4 == 0 else "false").wait_until_ready()
        threads = [threading.Thread(target=sender.post_until_it_dies, args=(server,)) for sender in senders]
        for thread in threads:
            thread.start()
        time.sleep(rng.uniform(0.02, 0.25))
        server.kill()
        for thread in threads:
            thread.join()

    sent = [message for sender in senders for message in sender.sent]
    acknowledged = {identifier for sender in senders for identifier in sender.acknowledged}
    assert len(acknowledged) > ROUNDS
    with served(data) as server:
        for message in sent:  # a sender that heard nothing sends again
            answer = server.http.post("/v1/track", json=message).json()
            assert answer["duplicates"] == 1 or message["messageId"] not in acknowledged
        for customer in CUSTOMERS:
            of_customer = [message for message in sent if message["userId"] == customer]
            found = server.http.get(f"/v1/customers/{customer}").json()
            assert found["counts"] == {"Viewed": len(of_customer)}
        _wait_for_the_graph(data, before + len(sent))
    assert _views(data) == before + len(sent)


def test_nothing_acknowledged_is_lost_or_counted_twice_by_kills_of_servers_and_brokers_with_the_log_in_kafka(
    kafka: LocalKafka, kafka_topics: Topics, tmp_path: Path
) -> None:
    rng = random.Random(3)
    one, another, url = tmp_path / "one", tmp_path / "another", kafka_topics.url_for(tmp_path)
    senders = [Sender(f"sender-{number}") for number in range(SENDERS)]
    for number in range(KAFKA_ROUNDS):
        server = started(one, worker="false", log=url).wait_until_ready(ALIVE)
        threads = [threading.Thread(target=sender.post_until_it_dies, args=(server,)) for sender in senders]
        for thread in threads:
            thread.start()
        time.sleep(rng.uniform(0.2, 0.6))
        if number % 2:
            kafka.kill()
            kafka.start()
        server.kill()
        for thread in threads:
            thread.join()

    sent = [message for sender in senders for message in sender.sent]
    acknowledged = {identifier for sender in senders for identifier in sender.acknowledged}
    assert len(acknowledged) > KAFKA_ROUNDS
    servers = [started(folder, log=url, worker="false").wait_until_ready(ALIVE) for folder in (one, another)]
    try:
        for message in sent:  # a sender that heard nothing sends again, to a server that has never seen it
            answer = servers[1].http.post("/v1/track", json=message).json()
            assert answer["duplicates"] == 1 or message["messageId"] not in acknowledged
        for customer in CUSTOMERS:
            of_customer = [message for message in sent if message["userId"] == customer]
            for server in servers:
                _wait_for_counts(server, customer, {"Viewed": len(of_customer)})
    finally:
        for server in servers:
            server.stop()


def _wait_for_counts(server: Served, customer: str, counts: dict[str, int]) -> None:
    ends = time.monotonic() + 10
    while (found := server.http.get(f"/v1/customers/{customer}").json().get("counts")) != counts:
        assert time.monotonic() < ends, found
        time.sleep(0.05)


def _wait_for_the_graph(data: Path, views: int) -> None:
    ends = time.monotonic() + 30
    while _views(data) < views and time.monotonic() < ends:
        time.sleep(0.1)


def _views(data: Path) -> int:
    graph = open_graph(f"sqlite:///{data / 'graph.db'}")
    edges = graph.edges()
    graph.close()
    return int((edges.kind == list(InteractionKind).index(InteractionKind.VIEWED)).sum())
