"""What every test shares: a skip is a failure where PATRON_TEST_NO_SKIPS is set, as it is in CI."""

import os
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.valkey_server import ValkeyServer


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[Any]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.skipped and os.environ.get("PATRON_TEST_NO_SKIPS") and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped, and here nothing may be: {report.longrepr}"
    return report


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
