import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from graph import START, Position, Product, ProductId, Profile, SchemaTooNew, StoreUnavailable
from graph.profile.stores.profile_store import ProfileStore
from graph.profile.stores.sqlite import SqliteProfiles
from tests.graph.profile.some_events import ANN
from tests.graph.profile.stores.profile_store_contract import Open, ProfileStoreContract


class TestSqliteProfiles(ProfileStoreContract):
    @pytest.fixture
    def opened(self, tmp_path: Path) -> Iterator[Open]:
        with ExitStack() as stack:

            def open_it() -> ProfileStore:
                return stack.enter_context(closing(SqliteProfiles(tmp_path / "profiles.db")))

            yield open_it


def test_a_write_that_fails_changes_nothing(tmp_path: Path) -> None:
    store = SqliteProfiles(tmp_path / "profiles.db", busy_seconds=0.05)
    other = sqlite3.connect(tmp_path / "profiles.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable, match=r"profiles\.db cannot be used: .*locked"):
        store.write([Profile(customer=ANN, seq=5)], [], Position("5"))
    other.execute("ROLLBACK")
    other.close()
    assert (store.read(ANN), store.position()) == (None, START)
    store.close()


def test_another_reader_sees_a_write_at_once(tmp_path: Path) -> None:
    writer, reader = SqliteProfiles(tmp_path / "profiles.db"), SqliteProfiles(tmp_path / "profiles.db")
    writer.write([Profile(customer=ANN, seq=5)], [], Position("5"))
    assert reader.read(ANN) == Profile(customer=ANN, seq=5)
    assert reader.position() == "5"
    writer.close()
    reader.close()


def test_a_file_of_a_later_schema_is_refused(tmp_path: Path) -> None:
    SqliteProfiles(tmp_path / "profiles.db").close()
    connection = sqlite3.connect(tmp_path / "profiles.db")
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(SchemaTooNew, match=r"profiles\.db: got 99"):
        SqliteProfiles(tmp_path / "profiles.db")


def test_profiles_that_are_packed_as_before_are_folded_anew(tmp_path: Path) -> None:
    path = tmp_path / "profiles.db"
    with closing(SqliteProfiles(path)) as store:
        store.features("of then")
        store.write([Profile(customer=ANN, seq=5)], [(Product(id=ProductId("milk")), 1)], Position("5"))
    connection = sqlite3.connect(path)
    connection.execute("UPDATE profile SET state = x'81a6726563656e7490'")
    connection.execute("PRAGMA user_version = 2")
    connection.commit()
    connection.close()
    with closing(SqliteProfiles(path)) as store:
        assert (store.position(), store.read(ANN), list(store.products())) == (START, None, [])
        assert store.features("of now") == "of now"


def test_a_missing_folder_is_an_unavailable_store(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match=r"profiles\.db"):
        SqliteProfiles(tmp_path / "missing" / "profiles.db")
