"""A shop of another shape, end to end: other formats, names, currency, clocks, and rows that are wrong."""

from pathlib import Path

import msgspec
import polars as pl
import pytest

from graph import Customer, CustomerId, NodeKind, NodeRef, Product
from graph.events.family import EVENT_TYPES, Event, Purchased
from graph.instants import Instant, parse_instant
from graph.log.sqlite_log import SqliteEventLog
from graph.profile.stores.sqlite import SqliteProfiles
from graph.projection.catch_up import catch_up
from graph.projection.graph_projection import GraphProjection
from graph.projection.serving_projection import ServingProjection
from graph.sources import (
    Mapping,
    MappingError,
    RefusedRow,
    import_history,
    load_mapping,
    parse_mapping,
    read_history,
    validate,
)
from graph.stores.sqlite.graph import SqliteGraph

FOLDER = Path(__file__).parent / "bookshop"
RECEIVED: Instant = parse_instant("2026-04-01T12:00:00Z")[0]


@pytest.fixture
def mapping() -> Mapping:
    return load_mapping(FOLDER / "mapping.yaml")


def events(mapping: Mapping, folder: Path = FOLDER) -> list[Event]:
    return [item for item in read_history(mapping, folder, RECEIVED) if not isinstance(item, RefusedRow)]


def test_every_bad_row_is_refused_for_what_is_wrong_with_it(mapping: Mapping) -> None:
    refused = [str(item) for item in read_history(mapping, FOLDER, RECEIVED) if isinstance(item, RefusedRow)]
    assert refused == [
        "books.jsonl row 4: price: got '24.5', expected a whole number of minor units, 0 or more",
        "books.jsonl row 5: product: got 'B-100', expected a product described once (at a time)",
        "books.jsonl row 6: in_stock: got 'perhaps', expected true or false, yes or no, 1 or 0",
        "readers.csv row 2: traits.points: got '1,5', expected a number such as 1.5",
        "orders-2026.csv row 5: time: got '29.03.2026 02:30', expected a time that exists in Europe/Zurich",
        "orders-2026.csv row 6: time: got '2026-01-05 10:00', expected a time written %d.%m.%Y %H:%M",
        "orders-2026.csv row 7: customer: got None, expected a value",
        "orders-2026.csv row 8: quantity: got '-1', expected a number of 0 or more",
        "orders-2026.csv row 9: value: got 'n/a', expected an amount of 0 or more",
        "orders-2026.csv row 11: value: got '1.299', expected an amount of 0 or more",
        "orders-2026.csv row 12: row: got None, expected as many values as the header has columns",
        "orders-2026.csv row 13: time: got '05.01.2126 11:30', expected a time that has been",
        "orders-2026.csv row 4: customer: got 'carl@example.org', expected one customer in all lines of an order",
        "clicks.jsonl row 8: kind: got 'hover', expected one of page, basket, find, stars",
        "clicks.jsonl row 9: rating: got '11', expected a number from 0 to 5",
        "clicks.jsonl row 10: customer: got None, expected a value",
        "clicks.jsonl row 11: id: got 'e3', expected an id that stands once in the table",
        "clicks.jsonl row 12: row: got None, expected a JSON object on a line",
        "clicks.jsonl row 13: product: got None, expected a product, as this kind of row needs",
    ]


def test_every_event_is_one_the_log_can_read_back(mapping: Mapping) -> None:
    for event in events(mapping):
        assert event.history
        assert msgspec.msgpack.decode(msgspec.msgpack.encode(event), type=type(event)) == event
        assert type(event) in EVENT_TYPES


def test_validate_says_what_the_import_then_does(mapping: Mapping, tmp_path: Path) -> None:
    report = validate(mapping, FOLDER, RECEIVED)
    log = SqliteEventLog(tmp_path / "log.db")
    imported = import_history(read_history(mapping, FOLDER, RECEIVED), log, batch=3)
    log.close()
    assert imported.by_type == report.events
    assert imported.accepted == sum(report.events.values()) == 16
    assert (imported.refused, imported.reasons, imported.examples) == (19, report.reasons, report.examples)
    assert report.refused == 19
    assert report.rows == {
        "books.jsonl": 6,
        "readers.csv": 3,
        "orders-2025.csv": 3,
        "orders-2026.csv": 13,
        "clicks.jsonl": 13,
    }
    assert report.order_lines == 7
    assert report.currencies == ["CHF"]
    assert (report.undescribed, report.undescribed_examples) == (1, ["B-999"])
    assert report.since == parse_instant("2025-12-31T17:45:00+01:00")[0]
    assert report.until == parse_instant("2026-01-05T11:00:00+01:00")[0]


def test_the_graph_holds_what_the_shop_said(mapping: Mapping, tmp_path: Path) -> None:
    log, graph = SqliteEventLog(tmp_path / "log.db"), SqliteGraph(tmp_path / "graph.db")
    profiles = SqliteProfiles(tmp_path / "profiles.db")
    import_history(read_history(mapping, FOLDER, RECEIVED), log)
    catch_up(log, GraphProjection(graph))
    catch_up(log, ServingProjection(profiles))
    momo = graph.entries([NodeRef(NodeKind.PRODUCT, "B-200")])[NodeRef(NodeKind.PRODUCT, "B-200")]
    assert isinstance(momo, Product)
    assert (momo.name, momo.category, momo.price, momo.currency) == ("Momo, 304 p.", "Children's books", 1800, "CHF")
    assert momo.attributes == {"pages": 304}
    reader = NodeRef(NodeKind.CUSTOMER, "user:anna@example.org")
    anna = graph.entries([reader])[reader]
    assert isinstance(anna, Customer)
    assert anna.traits == {"born": 1984, "newsletter": True, "points": 120, "town": "Zürich"}
    beside = graph.neighbours(NodeRef(NodeKind.CUSTOMER, "user:anna@example.org"), relations=["purchased"])
    assert [(one.node.id, one.times) for one in beside] == [("B-100", 3), ("B-200", 1)]
    profile = profiles.read(CustomerId("user:anna@example.org"))
    assert profile is not None
    assert profile.spent == {"CHF": 1299 + 3600 + 1299 + 1299}
    graph.close()
    profiles.close()
    log.close()


def test_a_second_import_is_all_duplicates(mapping: Mapping, tmp_path: Path) -> None:
    log = SqliteEventLog(tmp_path / "log.db")
    first = import_history(read_history(mapping, FOLDER, RECEIVED), log)
    end = log.end()
    later = Instant(RECEIVED + 3_600_000_000)
    again = import_history(read_history(mapping, FOLDER, later), log)
    assert (again.accepted, again.duplicates, again.refused) == (0, first.accepted, first.refused)
    assert log.end() == end
    log.close()


def test_a_mapping_that_does_not_fit_its_last_file_makes_no_event() -> None:
    wrong = (FOLDER / "mapping.yaml").read_text().replace("quantity: Menge", "quantity: Mange")
    with pytest.raises(MappingError, match=r"orders-2025\.csv: columns: got 'Mange', expected a column of the file"):
        next(read_history(parse_mapping(wrong), FOLDER, RECEIVED))


def test_parquet_and_csv_of_the_same_products_are_the_same_events(tmp_path: Path) -> None:
    frame = pl.DataFrame({"sku": [1, 2], "name": ["Momo", None], "price": [18.0, 12.5], "new": [True, False]})
    frame.write_parquet(tmp_path / "a.parquet")
    frame.write_csv(tmp_path / "a.csv")
    read = [
        events(
            parse_mapping(
                f"source: shop\ncurrency: CHF\ntables: [{{file: a.{kind}, record: products, columns: "
                "{product: sku, name: name, price: price, attributes: {new: {column: new, type: flag}}}}]"
            ),
            tmp_path,
        )
        for kind in ("parquet", "csv")
    ]
    assert read[0] == read[1]
    assert len(read[0]) == 2


def test_local_days_are_those_of_the_shop(mapping: Mapping) -> None:
    orders = [event for event in events(mapping) if isinstance(event, Purchased)]
    assert {order.utc_offset for order in orders} == {60}
    assert {order.context.place for order in orders} == {"Altstadt", "Bahnhof"}
