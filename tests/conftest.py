"""What every test shares: a real Kafka and Valkey, and which files come first; a skip fails where
PATRON_TEST_NO_SKIPS is set, as it is in CI."""

import os
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from graph import StoreUnavailable
from graph.log.kafka.local import LocalKafka, find_kafka
from tests.graph.log.kafka_topics import Topics
from tests.valkey_server import ValkeyServer

LONG = ("tests/graph/stores/neo4j/", "tests/notebooks/", "tests/graph/log/kafka/", "tests/api/", "tests/commands/")
"""Whose files begin first, so that no process is left with minutes of them when the other is done."""

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")  # how long an example takes says how busy the machine is


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    last = len(LONG)
    items.sort(key=lambda item: next((at for at, name in enumerate(LONG) if item.location[0].startswith(name)), last))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[Any]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.skipped and os.environ.get("PATRON_TEST_NO_SKIPS") and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped, and here nothing may be: {report.longrepr}"
    return report


@pytest.fixture(scope="session")
def kafka() -> Iterator[LocalKafka]:
    """A broker of our own, which a test may kill and start again, one at a time."""
    try:
        found = find_kafka({name: value for name, value in os.environ.items() if name != "KAFKA_SERVERS"})
    except StoreUnavailable as missing:
        pytest.skip(f"NOTHING OF PATRON ON KAFKA WAS TESTED: {missing}")
    assert isinstance(found, LocalKafka)
    with found as broker:
        yield broker


@pytest.fixture(scope="session")
def kafka_topics(kafka: LocalKafka) -> Topics:
    return Topics(kafka.servers)


@pytest.fixture
def valkey_server() -> Iterator[ValkeyServer]:
    """A server for a test that kills it."""
    with tempfile.TemporaryDirectory(prefix="vk") as folder:
        server = ValkeyServer(Path(folder))
        yield server
        server.stop()


@pytest.fixture(scope="session")
def shared_valkey() -> Iterator[str]:
    """The address of a server for all tests that keep to a prefix of their own."""
    with tempfile.TemporaryDirectory(prefix="vk") as folder:
        server = ValkeyServer(Path(folder))
        yield server.address
        server.stop()
