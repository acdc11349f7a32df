"""Rows that an import refuses become dead letters, and go when they are right."""

import json
import shutil
from contextlib import closing
from pathlib import Path

import pytest

from graph import CustomerId
from graph.events.refusal import MAX_CUT, Refusal
from graph.instants import HOUR, Instant, parse_instant
from graph.log.dead_letters import DeadLetter, DeadLetters, RowRefusal
from graph.log.sqlite_log import SqliteEventLog
from graph.sources import ImportReport, Mapping, RefusedRow, import_history, load_mapping, parse_mapping, read_history
from graph.sources.history_files import file_names
from graph.sources.row_letters import MAX_LETTERS_A_REASON, RowLetters
from tests.graph.log.event_log_contract import erased

RECEIVED: Instant = parse_instant("2026-04-01T12:00:00Z")[0]
PEOPLE = parse_mapping(
    "source: shop\ntables: [{file: '*.csv', record: customers, columns: {customer: c, "
    "traits: {age: {column: a, type: number}, note: n}}}]"
)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return shutil.copytree(Path(__file__).parent / "bookshop", tmp_path / "shop")


@pytest.fixture
def people(tmp_path: Path) -> Path:
    """Two files of customers with a bad row each."""
    folder = tmp_path / "people"
    folder.mkdir()
    (folder / "old.csv").write_text("c,a,n\nann,old,x\nbob,30,\n")
    (folder / "new.csv").write_text("c,a,n\ncarl,young,\n")
    return folder


def imported(
    path: Path, folder: Path, mapping: Mapping = PEOPLE, *, hour: int = 0, keep: int = 100_000
) -> ImportReport:
    """What an import so many hours later does."""
    received = Instant(RECEIVED + hour * HOUR)
    with closing(SqliteEventLog(path)) as log:
        letters = RowLetters(DeadLetters(log), mapping.source, file_names(mapping, folder), received, keep)
        return import_history(read_history(mapping, folder, received), log, letters=letters)


def kept(path: Path) -> list[DeadLetter]:
    """The letters, oldest first."""
    with closing(SqliteEventLog(path)) as log:
        return DeadLetters(log).oldest(100_000)


def places(path: Path) -> list[tuple[str, int]]:
    """The file and row of each letter, oldest first."""
    return [
        (letter.refusal.file, letter.refusal.row) for letter in kept(path) if isinstance(letter.refusal, RowRefusal)
    ]


def test_a_refused_row_is_kept_with_its_place_its_reason_and_what_it_says(tmp_path: Path, shop: Path) -> None:
    mapping = load_mapping(shop / "mapping.yaml")
    report = imported(tmp_path / "log.db", shop, mapping)
    refused = [item for item in read_history(mapping, shop, RECEIVED) if isinstance(item, RefusedRow)]
    letters = kept(tmp_path / "log.db")
    assert [letter.refusal.message for letter in letters] == [str(row) for row in refused]
    assert {(letter.source, letter.received) for letter in letters} == {("bookshop", RECEIVED)}
    assert report.letters == report.refused == 19
    quantity = next(letter.refusal for letter in letters if "quantity" in letter.refusal.field)
    assert isinstance(quantity, RowRefusal)
    assert (quantity.file, quantity.row, quantity.index, quantity.form) == ("orders-2026.csv", 8, 7, None)
    assert quantity.customer == "user:carl@example.org"
    said = json.loads(quantity.raw)
    assert (said["quantity"], said["value"], said["time"]) == ("-1", "18,00", "05.01.2026 10:30")
    assert (said["customer"], said["discounts.card"]) == ("carl@example.org", None)


def test_a_line_that_contradicts_its_order_is_kept_as_it_was_understood(tmp_path: Path, shop: Path) -> None:
    imported(tmp_path / "log.db", shop, load_mapping(shop / "mapping.yaml"))
    odd = next(letter.refusal for letter in kept(tmp_path / "log.db") if "all lines" in letter.refusal.expected)
    assert json.loads(odd.raw) == {
        "order": "7003",
        "customer": "carl@example.org",
        "time": "2026-01-02T10:05:00Z",
        "product": "B-300",
        "quantity": "1",
        "value": "1450",
        "discounts.card": None,
        "channel": "store",
        "place": "Altstadt",
    }
    assert odd.customer == "user:carl@example.org"


def test_importing_again_changes_no_letter(tmp_path: Path, people: Path) -> None:
    imported(tmp_path / "log.db", people)
    before = kept(tmp_path / "log.db")
    assert len(before) == 2
    assert imported(tmp_path / "log.db", people, hour=5).letters == 2
    assert kept(tmp_path / "log.db") == before


def test_a_row_that_was_mended_is_a_letter_no_longer(tmp_path: Path, people: Path) -> None:
    imported(tmp_path / "log.db", people)
    assert places(tmp_path / "log.db") == [("new.csv", 1), ("old.csv", 1)]
    (people / "old.csv").write_text("c,a,n\nann,80,x\nbob,thirty,\n")
    report = imported(tmp_path / "log.db", people, hour=1)
    assert (report.accepted, report.letters) == (1, 2)
    assert places(tmp_path / "log.db") == [("new.csv", 1), ("old.csv", 2)]


def test_a_row_refused_for_something_else_says_so(tmp_path: Path, people: Path) -> None:
    imported(tmp_path / "log.db", people)
    (people / "new.csv").write_text("c,a,n\n,40,\n")
    imported(tmp_path / "log.db", people, hour=1)
    newest = kept(tmp_path / "log.db")[-1]
    assert newest.refusal.message == "new.csv row 1: customer: got None, expected a value"
    assert newest.received == RECEIVED + HOUR


def test_letters_of_other_files_and_other_sources_stay(tmp_path: Path, people: Path) -> None:
    with closing(SqliteEventLog(tmp_path / "log.db")) as log:
        said = Refusal(0, "old.csv row 9: a", "-1", "a number", "{}")
        DeadLetters(log).keep([said], "shop", RECEIVED)
        DeadLetters(log).keep([said], "web", RECEIVED)
    imported(tmp_path / "log.db", people)
    (people / "new.csv").unlink()
    (people / "old.csv").write_text("c,a,n\nann,80,x\n")
    imported(tmp_path / "log.db", people, hour=1)
    assert [(letter.source, letter.refusal.field) for letter in kept(tmp_path / "log.db")] == [
        ("shop", "old.csv row 9: a"),
        ("web", "old.csv row 9: a"),
        ("shop", "new.csv row 1: traits.age"),
    ]


def test_an_emptied_file_has_no_letters(tmp_path: Path, people: Path) -> None:
    imported(tmp_path / "log.db", people)
    (people / "old.csv").write_text("c,a,n\n")
    imported(tmp_path / "log.db", people, hour=1)
    assert places(tmp_path / "log.db") == [("new.csv", 1)]


def test_of_many_rows_refused_for_one_thing_the_first_are_kept(tmp_path: Path, people: Path) -> None:
    rows = MAX_LETTERS_A_REASON + 50
    (people / "old.csv").write_text("c,a,n\n" + "".join(f"c{number},old,\n" for number in range(rows)) + ",1,\n")
    report = imported(tmp_path / "log.db", people)
    assert (report.refused, report.letters) == (rows + 2, MAX_LETTERS_A_REASON + 2)
    assert places(tmp_path / "log.db")[-1] == ("old.csv", rows + 1)
    assert imported(tmp_path / "log.db", people, keep=3).letters == 3
    assert places(tmp_path / "log.db") == [("new.csv", 1), ("old.csv", 1), ("old.csv", 2)]


def test_a_long_row_is_kept_cut(tmp_path: Path, people: Path) -> None:
    (people / "old.csv").write_text(f"c,a,n\nann,old,{'x' * 9000}\n")
    imported(tmp_path / "log.db", people)
    (letter,) = [letter for letter in kept(tmp_path / "log.db") if letter.refusal.field.startswith("old.csv")]
    assert len(letter.refusal.raw) == MAX_CUT


def test_a_customer_who_is_erased_is_in_no_row_that_is_kept(tmp_path: Path, people: Path) -> None:
    imported(tmp_path / "log.db", people)
    with closing(SqliteEventLog(tmp_path / "log.db")) as log:
        log.forget(erased("x", RECEIVED + HOUR, CustomerId("user:ann")))
    assert places(tmp_path / "log.db") == [("new.csv", 1)]
