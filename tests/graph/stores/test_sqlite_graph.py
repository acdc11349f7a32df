import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from graph import (
    Customer,
    CustomerId,
    InvalidValue,
    NodeKind,
    NodeRef,
    Product,
    ProductId,
    SchemaTooNew,
    StoreUnavailable,
)
from graph.stores import SqliteGraph, open_graph
from graph.stores.sqlite.database import Database
from graph.stores.sqlite.schema import KINDS, RELATIONS, VERSION
from tests.graph.stores.changes import bought
from tests.graph.stores.graph_contract import CustomerGraphContract
from tests.graph.stores.opened_graph import ANN, BOB, MILK

VERSION_1 = Path(__file__).with_name("graph_v1.sql")


class TestSqliteGraph(CustomerGraphContract):
    def url(self, folder: Path) -> str:
        return f"sqlite:///{folder / 'graph.db'}"


def _rows(path: Path) -> dict[str, list[tuple[object, ...]]]:
    connection = sqlite3.connect(path)
    tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1")]
    rows = {table: connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall() for table in tables}
    connection.close()
    return rows


def test_erasure_removes_rows_and_changes_none(tmp_path: Path) -> None:
    path = tmp_path / "graph.db"
    graph = SqliteGraph(path)
    graph.apply([Product(id=MILK, brand="Farm"), *(bought(f"o/{n}", BOB, f"p{n}", order="1") for n in range(50))])
    graph.apply([Customer(id=ANN, traits={"note": "needle-in-traits"})])
    graph.apply([bought(f"needle-in-key/{n}", ANN, f"p{n}", order="needle-in-order") for n in range(40, 60)])
    before = _rows(path)
    graph.erase(ANN)
    after = _rows(path)
    for table, rows in after.items():
        assert set(rows) <= set(before[table]), table
    theirs = before["customer"][-1]
    assert theirs[1] == ANN
    assert {table: len(before[table]) - len(after[table]) for table in after} == {
        **dict.fromkeys(after, 0),
        **{"customer": 1, "interaction": 20, "occasion": 1, "stem": 1, "bought": 20, "node": 10},
    }
    for file in tmp_path.iterdir():
        assert b"needle" not in file.read_bytes() and ANN.encode() not in file.read_bytes(), file
    graph.close()


def test_replaying_what_is_known_leaves_every_row_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "graph.db"
    graph = SqliteGraph(path)
    graph.apply([bought(f"o/{n}", ANN, f"p{n}", order="1") for n in range(9)])
    before = _rows(path)
    graph.apply([bought(f"o/{n}", BOB, f"q{n}", order="2", place="3") for n in range(9)])
    assert _rows(path) == before
    graph.apply([bought("o/0", BOB, "q0", order="2"), bought("new/1", BOB, "q1", order="3")])
    after = _rows(path)
    assert {table: len(after[table]) - len(before[table]) for table in after} == {
        **dict.fromkeys(after, 0),
        **{"customer": 1, "interaction": 1, "occasion": 1, "stem": 1, "bought": 1, "node": 1},
    }
    graph.close()


def test_a_reader_in_the_way_delays_an_erasure_until_the_graph_is_read_again(tmp_path: Path) -> None:
    graph = SqliteGraph(tmp_path / "graph.db")
    graph.apply([bought("needle", ANN, MILK)])
    with closing(sqlite3.connect(tmp_path / "graph.db")) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT value FROM position").fetchone()
        graph.erase(ANN)
        assert [file for file in tmp_path.iterdir() if b"needle" in file.read_bytes()]
    graph.position()
    assert [file for file in tmp_path.iterdir() if b"needle" in file.read_bytes()] == []
    graph.close()


def test_opening_a_file_again_changes_nothing_in_it(tmp_path: Path) -> None:
    path = tmp_path / "graph.db"
    graph = SqliteGraph(path)
    graph.apply([bought("1", ANN, MILK)])
    graph.close()
    content = path.read_bytes()
    for _ in range(2):
        SqliteGraph(path).close()
    assert path.read_bytes() == content


def test_a_file_of_version_1_is_brought_up_to_date_and_loses_nothing(tmp_path: Path) -> None:
    path, new = tmp_path / "old.db", tmp_path / "new.db"
    connection = sqlite3.connect(path)
    connection.executescript(VERSION_1.read_text())
    connection.close()
    migrated, fresh = SqliteGraph(path), SqliteGraph(new)
    rows = [bought("o/1", ANN, "a"), bought("o/2", ANN, "b"), bought("o/3", BOB, "b"), bought("o/4", BOB, "b")]
    fresh.apply([Product(id=ProductId("a"), name="A"), *rows])
    assert migrated.position() == "41"
    assert list(migrated.export()) == list(fresh.export())
    assert migrated.similar_customers(ANN) == fresh.similar_customers(ANN) != []
    assert migrated.record_interactions([*rows, bought("o/5", BOB, "a")]) == 1
    assert [(row.customer, row.similarity, row.shared) for row in migrated.similar_customers(ANN)] == [(BOB, 1.0, 2)]
    migrated.close()
    fresh.close()
    old, fresh_rows = _schema(path), _schema(new)
    assert old == fresh_rows


def _schema(path: Path) -> list[tuple[str, list[str]]]:
    connection = sqlite3.connect(path)
    objects = [
        (name, [column for _, column, *_ in connection.execute(f"PRAGMA table_info({name})")])
        for (name,) in connection.execute("SELECT name FROM sqlite_master ORDER BY name").fetchall()
    ]
    assert connection.execute("PRAGMA user_version").fetchone() == (VERSION,)
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    connection.close()
    return objects


def test_the_numbers_that_files_hold_never_change_their_meaning() -> None:
    assert list(KINDS) == [
        *("viewed", "clicked", "added_to_cart", "removed_from_cart", "purchased"),
        *("returned", "rated", "dismissed", "received", "redeemed"),
    ]
    assert list(RELATIONS) == [
        *("in_department", "in_category", "in_subcategory", "of_brand", "made_by", "covers", "part_of"),
    ]


def test_a_file_of_a_newer_patron_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "graph.db"
    SqliteGraph(path).close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(SchemaTooNew, match="graph schema: got 99, expected 4 or older"):
        SqliteGraph(path)


def _text(path: Path) -> None:
    path.write_text("customer,product\n" * 100)


def _another_database(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE event (id INTEGER)")
    connection.close()


def _folder(path: Path) -> None:
    path.mkdir()


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (_text, "the file is not a database"),
        (_another_database, "a database, but not a customer graph"),
        (_folder, "the file cannot be opened"),
    ],
)
def test_what_is_no_graph_file_is_said_to_be_none(tmp_path: Path, make: Callable[[Path], None], said: str) -> None:
    path = tmp_path / "graph.db"
    make(path)
    with pytest.raises(StoreUnavailable, match=said):
        SqliteGraph(path)


def test_a_missing_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match=r"nowhere/graph\.db: the file cannot be opened; does its folder exist"):
        SqliteGraph(tmp_path / "nowhere" / "graph.db")


def test_a_writer_that_waits_too_long_says_who_it_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "graph.db"
    graph = SqliteGraph(path, timeout=0.05)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable, match="another process is writing"):
        graph.apply([bought("1", ANN, MILK)])
    assert graph.counts().interactions == 0  # reading goes on
    other.execute("ROLLBACK")
    assert graph.apply([bought("1", ANN, MILK)]) == 1
    other.close()
    graph.close()


def test_a_full_disk_leaves_nothing_of_the_call_and_the_handle_usable(tmp_path: Path) -> None:
    database = Database(tmp_path / "graph.db", timeout=1)
    with pytest.raises(StoreUnavailable, match="the disk is full"), database.writing() as connection:
        connection.execute("PRAGMA max_page_count = 1")
        connection.executemany("INSERT INTO stem (text) VALUES (?)", [(f"{n}" * 100,) for n in range(10_000)])
    with database.reading() as connection:
        assert connection.execute("SELECT count(*) FROM stem").fetchone() == (0,)
    database.close()


def test_a_closed_graph_says_so(tmp_path: Path) -> None:
    graph = SqliteGraph(tmp_path / "graph.db")
    graph.close()
    with pytest.raises(StoreUnavailable, match="closed"):
        graph.counts()


def test_changes_may_read_the_graph_they_change(tmp_path: Path) -> None:
    graph = SqliteGraph(tmp_path / "graph.db")
    graph.apply(bought(f"{n}/{graph.counts().interactions}", ANN, MILK) for n in range(3))
    assert graph.neighbours(NodeRef(NodeKind.PRODUCT, MILK))[0].times == 3
    graph.close()


def test_an_absolute_and_a_relative_url_open_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    one = open_graph("sqlite:///graph.db")
    one.apply([bought("1", CustomerId("user:1"), MILK)])
    two = open_graph(f"sqlite:///{tmp_path}/graph.db")
    assert two.counts().interactions == 1
    one.close()
    two.close()


@pytest.mark.parametrize("url", ["", "graph.db", "sqlite://", "sqlite:///", "mysql://host/db"])
def test_a_url_that_names_no_store_is_refused_with_what_is_supported(url: str) -> None:
    with pytest.raises(InvalidValue, match=r"graph_url: got .*, expected sqlite:///relative"):
        open_graph(url)
