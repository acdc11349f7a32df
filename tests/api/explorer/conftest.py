"""A served shop whose graph has been analysed."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api.served import Served, served


@pytest.fixture(scope="session")
def explored(shop: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One server for all tests that leave everything as it was."""
    data = shutil.copytree(shop, tmp_path_factory.mktemp("explored") / "data")
    with served(data) as server:
        yield server.wait_until_ready("/v1/graph/overview")
