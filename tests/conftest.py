"""What every test shares: a real Kafka, and that a skip is a failure where PATRON_TEST_NO_SKIPS is set, as in CI."""

import os
from collections.abc import Generator, Iterator
from typing import Any

import pytest

from graph import StoreUnavailable
from graph.log.kafka.local import LocalKafka, find_kafka
from tests.graph.log.kafka_topics import Topics


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
