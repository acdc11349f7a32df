"""A folder of versions: what is there, what serves, and numbers that are never given twice."""

from pathlib import Path

import pytest

from graph import NotFound
from graph.errors import FileBroken
from graph.files import VersionFolder


@pytest.fixture
def versions(tmp_path: Path) -> VersionFolder:
    return VersionFolder(tmp_path / "versions")


def test_only_whole_versions_are_there_by_number(versions: VersionFolder) -> None:
    for name in ("v0010", "v0002", "v12345", ".v0011.new", "v1", "other"):
        (versions.folder / name).mkdir()
    (versions.folder / "v0003").write_text("no folder")
    assert versions.versions() == ["v0002", "v0010", "v12345"]
    assert versions.next_version() == "v12346"


def test_a_number_that_was_published_and_is_gone_is_not_given_again(versions: VersionFolder) -> None:
    (versions.folder / "current").write_text('{"version": "v0004", "before": ["v0007"]}')
    assert (versions.current(), versions.versions()) == ("v0004", [])
    assert versions.next_version() == "v0008"


@pytest.mark.parametrize("name", ["v0001", "../v0002", "", "v2"])
def test_a_version_that_is_not_there_is_named(versions: VersionFolder, name: str) -> None:
    (versions.folder / "v0002").mkdir()
    with pytest.raises(NotFound, match="version"):
        versions.path(name)


def test_before_the_first_nothing_serves(versions: VersionFolder) -> None:
    assert (versions.current(), versions.acts(), versions.next_version()) == (None, (), "v0001")


def test_a_pointer_that_says_nothing_is_broken(versions: VersionFolder) -> None:
    (versions.folder / "current").write_text("v0001")
    with pytest.raises(FileBroken, match="current"):
        versions.current()
