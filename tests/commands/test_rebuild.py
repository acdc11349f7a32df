"""patron rebuild: what it says, what it leaves, and when it refuses."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from graph.data_folder import DataFolder
from graph.profile.stores.sqlite import SqliteProfiles
from graph.profile.stores.valkey.store import ValkeyProfiles
from graph.stores.open import open_graph
from tests.commands.called import Called

Patron = Callable[..., Called]


def exported(data: Path) -> list[object]:
    with closing(open_graph(f"sqlite:///{data / 'graph.db'}")) as graph:
        return list(graph.export())


def test_the_shop_made_anew_is_the_same_shop(patron: Patron, data: Path) -> None:
    before = exported(data)
    called = patron("rebuild", "--data", data, "--json")
    assert called.code == 0, called.err
    assert set(called.json) == {"profiles", "graph"}
    assert called.json["graph"]["events"] == called.json["profiles"]["events"] > 0
    assert called.json["graph"]["position"] == called.json["profiles"]["position"]
    assert exported(data) == before


@pytest.mark.parametrize(("option", "made"), [("--profiles", "profiles"), ("--graph", "graph")])
def test_one_of_the_two_is_made_alone_and_it_says_so(patron: Patron, data: Path, option: str, made: str) -> None:
    called = patron("rebuild", option, "--data", data)
    assert called.code == 0 and called.out.startswith(f"{made}: ") and called.out.count("\n") == 1


def test_a_folder_that_is_in_use_is_refused(patron: Patron, data: Path) -> None:
    with DataFolder(data).exclusive():
        called = patron("rebuild", "--data", data)
    assert called.code == 1 and "is in use by process" in called.err


def test_a_log_that_retention_has_shortened_is_told_of_and_goes_only_on_demand(patron: Patron, data: Path) -> None:
    with closing(sqlite3.connect(data / "log.db")) as connection, connection:
        connection.execute("INSERT INTO retention (one, before, removed) VALUES (1, 0, 12)")
    called = patron("rebuild", "--data", data)
    assert called.code == 1 and "removed 12 from before 1970-01-01" in called.err and "--incomplete" in called.err
    assert patron("rebuild", "--incomplete", "--data", data).code == 0


def test_profiles_that_servers_share_are_made_anew_where_they_are(
    patron: Patron, data: Path, shared_valkey: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATRON_PROFILES", shared_valkey)
    monkeypatch.setenv("PATRON_PROFILES_PREFIX", "made-anew")
    before = (data / "profiles.db").read_bytes()
    called = patron("rebuild", "--profiles", "--data", data)
    assert called.code == 0 and "putting the profiles into their server" in called.err, called.err
    with (
        closing(ValkeyProfiles(shared_valkey, prefix="made-anew")) as shared,
        closing(SqliteProfiles(data / "profiles.db")) as own,
    ):
        assert shared.position() == own.position() and list(shared.products()) == list(own.products())
        everybody = list(own.everybody())
        assert shared.read_all([one.customer for one in everybody]) == {one.customer: one for one in everybody}
    assert (data / "profiles.db").read_bytes() == before


def test_a_server_that_is_away_is_told_of_before_the_work_begins(
    patron: Patron, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATRON_PROFILES", "redis://127.0.0.1:1/0")
    called = patron("rebuild", "--profiles", "--data", data)
    assert called.code == 1 and "127.0.0.1:1/0 is away" in called.err
    assert not list(data.glob("*rebuilding*"))
