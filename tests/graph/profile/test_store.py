import sqlite3
from pathlib import Path

import pytest

from graph import (
    START,
    Catalogue,
    CustomerId,
    Instant,
    Position,
    Product,
    ProductId,
    Profile,
    SchemaTooNew,
    Stamp,
    StoreUnavailable,
)
from graph.profile.fold import fold
from graph.profile.store import SqliteProfiles
from tests.graph.profile.some_events import ANN, numbered, purchase, view


def product(name: str, at: int = 0, price: int = 100) -> Product:
    return Product(
        id=ProductId(name), price=price, attributes={"organic": True}, stamp=Stamp(Instant(at), f"shop/{at}")
    )


def test_profiles_products_and_position_are_there_after_opening_again(tmp_path: Path) -> None:
    store = SqliteProfiles(tmp_path / "profiles.db")
    assert (store.position(), store.read(ANN), list(store.products())) == (START, None, [])
    profile = fold(None, ANN, numbered([view(1), purchase(2, ["milk", "bread"])]))
    store.write([profile], [(product("milk"), 4), (product("bread"), 3)], Position("9"))
    store.close()
    store = SqliteProfiles(tmp_path / "profiles.db")
    assert store.read(ANN) == profile
    assert (store.seq_of(ANN), store.seq_of(CustomerId("user:nobody"))) == (2, 0)
    assert list(store.products()) == [(product("milk"), 4), (product("bread"), 3)]
    assert store.position() == "9"
    store.close()


def test_a_product_with_a_later_stamp_stays(tmp_path: Path) -> None:
    store = SqliteProfiles(tmp_path / "profiles.db")
    store.write([], [(product("milk", at=5, price=1), 1), (product("milk", at=3, price=2), 2)], Position("2"))
    assert list(store.products()) == [(product("milk", at=5, price=1), 1)]
    store.write([], [(product("milk", at=5, price=3), 3)], Position("3"))
    assert list(store.products()) == [(product("milk", at=5, price=3), 3)]
    store.close()


def test_a_profile_never_goes_back(tmp_path: Path) -> None:
    store = SqliteProfiles(tmp_path / "profiles.db")
    store.write([Profile(customer=ANN, seq=5)], [], Position("5"))
    store.write([Profile(customer=ANN, seq=4, counts={"Viewed": 1})], [], Position("4"))
    assert store.read(ANN) == Profile(customer=ANN, seq=5)
    store.close()


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


def test_a_catalogue_can_be_made_of_it(tmp_path: Path) -> None:
    store = SqliteProfiles(tmp_path / "profiles.db")
    store.write([], [(product("milk"), 4), (product("bread"), 3)], Position("9"))
    catalogue = Catalogue()
    for entry, seq in store.products():
        catalogue.put(entry, seq)
    assert catalogue.ids == ["milk", "bread"] and catalogue.version == "c4"
    store.close()


def test_a_file_of_a_later_schema_is_refused(tmp_path: Path) -> None:
    SqliteProfiles(tmp_path / "profiles.db").close()
    connection = sqlite3.connect(tmp_path / "profiles.db")
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(SchemaTooNew, match=r"profiles\.db: got 99"):
        SqliteProfiles(tmp_path / "profiles.db")


def test_a_missing_folder_is_an_unavailable_store(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match=r"profiles\.db"):
        SqliteProfiles(tmp_path / "missing" / "profiles.db")
