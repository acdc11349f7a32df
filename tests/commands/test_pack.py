"""patron pack: a pack is checked, published, listed and rolled back; a refusal says file and line."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.commands.called import Called, call
from tests.recommend.decisions.pack.small_pack import SMALL, changed
from tests.recommend.decisions.pack.write_pack import write_pack

WRONG = changed("policy.yaml", "at_most: 2", "at_most: two")


@pytest.fixture
def patron(capsys: pytest.CaptureFixture[str]) -> Callable[..., Called]:
    return lambda *arguments: call(capsys, *arguments)


@pytest.fixture
def shop(tmp_path: Path) -> str:
    return str(write_pack(tmp_path / "shop", SMALL))


@pytest.fixture
def wrong(tmp_path: Path) -> str:
    return str(write_pack(tmp_path / "wrong", WRONG))


def test_a_pack_that_is_well_is_counted(patron: Callable[..., Called], shop: str) -> None:
    done = patron("pack", "check", shop)
    assert (done.code, done.err) == (0, "")
    assert done.out == (
        "A corner shop: 3 actions, 1 slot, 1 journey, 1 state, 1 cap, 1 suppression\n"
        "all is well: it would be published\n"
    )


def test_a_mistake_is_told_by_file_and_line_and_ends_with_1(
    patron: Callable[..., Called], wrong: str, tmp_path: Path
) -> None:
    data = str(tmp_path / "data")
    for arguments in (("check", wrong), ("publish", wrong, "--data", data)):
        done = patron("pack", *arguments)
        assert done.code == 1
        assert done.out.startswith("policy.yaml:2: caps.two_a_week.at_most: got 'two', expected a valid integer")
        assert done.err == "refused: 1 mistake\n"
    told = patron("pack", "check", wrong, "--json").json
    assert [(fault["file"], fault["line"]) for fault in told["faults"]] == [("policy.yaml", 2)]
    assert (patron("pack", "list", "--data", data, "--json").json) == {"current": None, "versions": []}


def test_a_pack_is_published_listed_and_rolled_back(patron: Callable[..., Called], shop: str, tmp_path: Path) -> None:
    data = ("--data", str(tmp_path / "data"))
    assert patron("pack", "publish", shop, *data).out == "v0001 is published\n"
    assert "nothing in the pack has changed" in patron("pack", "publish", shop, *data).out
    write_pack(Path(shop), changed("policy.yaml", "at_most: 2", "at_most: 3"))
    assert patron("pack", "publish", shop, *data).out == "v0002 is published; before it was v0001\n"
    listed = patron("pack", "list", *data).out.splitlines()
    assert [line[:7] for line in listed] == ["  v0001", "* v0002"]
    assert (patron("pack", "rollback", *data, "--json").json) == {"published": "v0001", "before": "v0002"}
    back = patron("pack", "rollback", *data)
    assert (back.code, back.err) == (
        1,
        "patron: v0001 was the first pack to be published: there is nothing to go back to\n",
    )


def test_without_a_pack_there_is_nothing_to_list_or_go_back_to(patron: Callable[..., Called], tmp_path: Path) -> None:
    data = ("--data", str(tmp_path / "data"))
    assert "no pack is published" in patron("pack", "list", *data).out
    assert "there is nothing to go back from" in patron("pack", "rollback", *data).err


def test_the_schemas_are_written_where_an_editor_finds_them(patron: Callable[..., Called], tmp_path: Path) -> None:
    done = patron("pack", "schema", str(tmp_path / "schemas"))
    assert done.code == 0
    assert json.loads((tmp_path / "schemas" / "policy.schema.json").read_text())["title"] == "Policy"
