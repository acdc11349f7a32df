"""The registry of packs: published whole or not at all, rolled back, and never served when a file was changed."""

import json
import threading
from pathlib import Path

import pytest

from graph import Instant, InvalidValue, NotFound
from graph.errors import FileBroken
from recommend.decisions.pack import PackRefused
from recommend.decisions.registry import PackRegistry
from tests.recommend.decisions.pack.small_pack import SMALL, changed
from tests.recommend.decisions.pack.write_pack import write_pack

MORE = changed("policy.yaml", "at_most: 2", "at_most: 3")


@pytest.fixture
def registry(tmp_path: Path) -> PackRegistry:
    return PackRegistry(tmp_path / "packs")


def test_what_is_published_is_what_was_in_the_folder_also_when_that_changes(
    registry: PackRegistry, tmp_path: Path
) -> None:
    folder = write_pack(tmp_path / "shop", SMALL)
    assert registry.publish(folder, now=Instant(7)) == "v0001"
    write_pack(folder, MORE)
    assert registry.open("v0001").policy.policy.caps["two_a_week"].at_most == 2
    assert registry.publish(folder, now=Instant(8)) == registry.current() == "v0002"
    assert registry.open("v0002").policy.policy.caps["two_a_week"].at_most == 3
    acts = [(act.what, act.version, act.at) for act in registry.acts()]
    assert acts == [("published", "v0001", 7), ("published", "v0002", 8)]


def test_the_same_pack_again_is_no_new_version(registry: PackRegistry, tmp_path: Path) -> None:
    folder = write_pack(tmp_path / "shop", SMALL)
    assert [registry.publish(folder) for _ in range(3)] == ["v0001"] * 3
    assert registry.versions() == ["v0001"]


def test_a_pack_with_a_mistake_leaves_what_serves(registry: PackRegistry, tmp_path: Path) -> None:
    registry.publish(write_pack(tmp_path / "shop", SMALL))
    wrong = changed("actions/shop.yaml", "profile.views.7d", "profile.views.8d")
    with pytest.raises(PackRefused, match=r"shop.yaml:16: coupon.when"):
        registry.publish(write_pack(tmp_path / "wrong", wrong))
    with pytest.raises(InvalidValue, match=r"a folder with a pack.yaml"):
        registry.publish(tmp_path / "nowhere")
    assert (registry.current(), registry.versions()) == ("v0001", ["v0001"])


def test_going_back_leads_to_the_one_before_and_on_to_a_new_number(registry: PackRegistry, tmp_path: Path) -> None:
    first, second = write_pack(tmp_path / "a", SMALL), write_pack(tmp_path / "b", MORE)
    registry.publish(first)
    registry.publish(second)
    assert registry.rollback(now=Instant(9)) == registry.current() == "v0001"
    assert registry.acts()[-1].what == "rolled back"
    with pytest.raises(NotFound, match="published before"):
        registry.rollback()
    assert registry.publish(second) == "v0003"


@pytest.mark.parametrize("how", ["changed", "removed", "manifest"])
def test_a_version_whose_files_are_not_what_was_published_is_not_served(
    registry: PackRegistry, tmp_path: Path, how: str
) -> None:
    registry.publish(write_pack(tmp_path / "a", SMALL))
    registry.publish(write_pack(tmp_path / "b", MORE))
    path = registry.path("v0001") / ("manifest.json" if how == "manifest" else "policy.yaml")
    if how == "removed":
        path.unlink()
    else:
        path.write_text("{" if how == "manifest" else SMALL["policy.yaml"] + "\n")
    with pytest.raises(FileBroken, match=path.name):
        registry.open("v0001")
    with pytest.raises(FileBroken, match=path.name):
        registry.rollback()
    assert registry.current() == "v0002"


def test_a_manifest_that_leaves_files_out_is_not_believed(registry: PackRegistry, tmp_path: Path) -> None:
    registry.publish(write_pack(tmp_path / "a", SMALL))
    path = registry.path("v0001") / "manifest.json"
    told = json.loads(path.read_text())
    del told["files"]["policy.yaml"]
    path.write_text(json.dumps(told))
    with pytest.raises(FileBroken, match=r"manifest\.json"):
        registry.open("v0001")


def test_a_pack_whose_published_files_were_changed_is_published_anew(registry: PackRegistry, tmp_path: Path) -> None:
    folder = write_pack(tmp_path / "a", SMALL)
    registry.publish(folder)
    (registry.path("v0001") / "policy.yaml").write_text("")
    assert registry.publish(folder) == "v0002"
    assert registry.open("v0002").policy.suppressions


def test_what_was_left_half_written_is_in_nobodys_way(registry: PackRegistry, tmp_path: Path) -> None:
    half = registry.folder / ".v0001.new" / "actions"
    half.mkdir(parents=True)
    (half / "old.yaml").write_text("x")
    registry.publish(write_pack(tmp_path / "shop", SMALL))
    assert set(registry.open("v0001").actions) == {"welcome", "coupon", "reminder"}
    assert not (registry.path("v0001") / "actions" / "old.yaml").exists()


def test_publications_at_once_take_numbers_of_their_own(registry: PackRegistry, tmp_path: Path) -> None:
    folders = [
        write_pack(tmp_path / str(count), changed("policy.yaml", "at_most: 2", f"at_most: {count}"))
        for count in range(3, 9)
    ]
    found: list[str] = []
    threads = [
        threading.Thread(target=lambda folder=folder: found.append(registry.publish(folder))) for folder in folders
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == registry.versions() == [f"v{number:04d}" for number in range(1, 7)]
    assert sorted([*registry.pointer().before, str(registry.current())]) == sorted(found)
