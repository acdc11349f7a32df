"""The small shop, imported and published once, and copied for each test."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.settings import Settings, loaded_settings
from tests.api.in_process import InProcess
from tests.api.served import Served, served
from tests.api.shop import make_shop


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder copies are made of."""
    return make_shop(tmp_path_factory.mktemp("shop") / "data")


@pytest.fixture
def data(shop: Path, tmp_path: Path) -> Path:
    """A data folder of the test's own, with the shop in it and v0001 published."""
    return shutil.copytree(shop, tmp_path / "data")


@pytest.fixture
def settings(data: Path) -> Settings:
    return loaded_settings(data=data)


@pytest.fixture
def app(settings: Settings) -> Iterator[InProcess]:
    """The application in development mode."""
    with InProcess(settings) as running:
        yield running


@pytest.fixture(scope="session")
def shop_app(shop: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[InProcess]:
    """One application for all tests that leave everything as it was."""
    data = shutil.copytree(shop, tmp_path_factory.mktemp("asked") / "data")
    with InProcess(loaded_settings(data=data)) as running:
        yield running


@pytest.fixture
def server(data: Path) -> Iterator[Served]:
    """A real server process that is ready, with its worker."""
    with served(data) as running:
        yield running
