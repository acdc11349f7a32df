"""The small shop, made once and copied for each test, and the command line as a function."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.api.shop import make_shop
from tests.commands.called import Called, call


@pytest.fixture(scope="session")
def made_shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder copies are made of."""
    return make_shop(tmp_path_factory.mktemp("shop") / "data")


@pytest.fixture
def data(made_shop: Path, tmp_path: Path) -> Path:
    """A data folder of the test's own, with the shop in it and v0001 published."""
    return shutil.copytree(made_shop, tmp_path / "data")


@pytest.fixture
def patron(capfd: pytest.CaptureFixture[str]) -> Callable[..., Called]:
    """Call ``patron`` in this process: what it printed, and its exit code."""
    return lambda *arguments: call(capfd, *map(str, arguments))


@pytest.fixture
def bookshop() -> Path:
    """A shop's files and their mapping."""
    return Path(__file__).parents[1] / "graph" / "sources" / "bookshop"
