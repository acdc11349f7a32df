"""Rows of a products table become catalogue entries; a changed row is a new event, the same row is not."""

from pathlib import Path

from graph.events.family import Event, ProductChanged
from graph.instants import Instant
from graph.sources import RefusedRow, parse_mapping, read_history

RECEIVED = Instant(1_780_000_000_000_000)


def read(folder: Path, rows: str, columns: str = "product: id, name: name") -> list[Event | RefusedRow]:
    (folder / "a.csv").write_text("id,name,at\n" + rows, encoding="utf-8")
    mapping = parse_mapping(
        f"source: shop\ntimezone: UTC\ntables: [{{file: a.csv, record: products, columns: {{{columns}}}}}]"
    )
    return list(read_history(mapping, folder, RECEIVED))


def test_a_row_without_a_time_holds_from_receipt(tmp_path: Path) -> None:
    (event,) = read(tmp_path, "1,Momo,\n")
    assert isinstance(event, ProductChanged)
    assert (event.product, event.name, event.at, event.price, event.currency) == ("1", "Momo", RECEIVED, None, "")


def test_the_id_names_the_content(tmp_path: Path) -> None:
    ids = [[item.id for item in read(tmp_path, f"1,{name},\n") if isinstance(item, Event)] for name in ("A", "A", "B")]
    assert ids[0] == ids[1] != ids[2]


def test_a_product_may_be_described_anew_at_another_time(tmp_path: Path) -> None:
    found = read(
        tmp_path, "1,A,2026-01-01\n1,B,2026-01-02\n1,C,2026-01-02\n", "product: id, name: name, time: {column: at}"
    )
    assert [item.name for item in found if isinstance(item, ProductChanged)] == ["A", "B"]
    (refused,) = (item for item in found if isinstance(item, RefusedRow))
    assert (refused.row, refused.expected) == (3, "a product described once (at a time)")


def test_a_text_names_the_regions_a_product_is_available_in(tmp_path: Path) -> None:
    rows = "1,s1; s2 |s3,\n" + '2,"s1,s2",\n' + "3,,\n" + f"4,{'x' * 257},\n"
    found = read(tmp_path, rows, "product: id, regions: name")
    assert [item.regions for item in found if isinstance(item, ProductChanged)] == [
        ("s1", "s2", "s3"),
        ("s1", "s2"),
        (),
    ]
    (refused,) = (item for item in found if isinstance(item, RefusedRow))
    told = "names of at most 256 characters between commas, semicolons or bars"
    assert (refused.row, refused.field, refused.expected) == (4, "regions", told)


def test_another_region_is_another_event(tmp_path: Path) -> None:
    of = "product: id, regions: name"
    ids = [
        [item.id for item in read(tmp_path, f"1,{name},\n", of) if isinstance(item, Event)] for name in ("", "a", "b")
    ]
    assert len({each for (each,) in ids}) == 3
    assert ids[0] == [item.id for item in read(tmp_path, "1,,\n", "product: id") if isinstance(item, Event)]
