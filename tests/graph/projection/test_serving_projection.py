import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from graph import CustomerId, Instant, Position, ProductId
from graph.events.family import CustomerEvent, Erased, ProductChanged
from graph.profile.fold import fold
from graph.profile.stores.sqlite import SqliteProfiles
from graph.projection.serving_projection import ServingProjection
from tests.graph.profile.features.small_table import table_of
from tests.graph.profile.some_events import ANN, NOON, histories, named, numbered, purchase, view

CUSTOMERS = [CustomerId(f"user:{number}") for number in range(5)]


def test_products_are_kept_with_the_number_of_their_event(tmp_path: Path) -> None:
    store = SqliteProfiles(tmp_path / "profiles.db")
    change = ProductChanged(
        id=view(1).id, source="shop", at=Instant(1), received=Instant(1), product=ProductId("milk"), price=99
    )
    ServingProjection(store).apply(numbered([view(1), change]), Position("2"))
    [(product, seq)] = store.products()
    assert (product.id, product.price, product.stamp, seq) == ("milk", 99, (1, "shop/e1"), 2)
    store.close()


def test_what_somebody_else_wrote_is_read_again(tmp_path: Path) -> None:
    store, other = SqliteProfiles(tmp_path / "profiles.db"), SqliteProfiles(tmp_path / "profiles.db")
    rows = numbered([view(1), view(2), view(3)])
    projection = ServingProjection(store)
    projection.apply(rows[:1], Position("1"))
    ServingProjection(other).apply(rows[1:2], Position("2"))
    projection.apply(rows[2:], Position("3"))
    assert store.read(ANN) == fold(None, ANN, rows)
    store.close()
    other.close()


def test_an_erasure_leaves_no_byte_of_what_was_done(tmp_path: Path) -> None:
    store = SqliteProfiles(tmp_path / "profiles.db")
    projection = ServingProjection(store)
    bought = [f"secret-{number}" for number in range(500)]
    projection.apply(numbered([purchase(1, bought), view(2, customer=CUSTOMERS[0])]), Position("2"))
    projection.apply(numbered([purchase(3, bought[:50])], start=3), Position("3"))
    projection.apply(numbered([Erased(**named(4, NOON + 1))], start=4), Position("4"))
    found = [path.name for path in tmp_path.iterdir() if b"secret" in path.read_bytes()]
    kept = store.read(CUSTOMERS[0])
    store.close()
    assert found == []
    assert kept is not None and kept.counts == {"Viewed": 1}


def test_a_reader_in_the_way_delays_an_erasure_until_the_position_is_asked_for_again(tmp_path: Path) -> None:
    store = SqliteProfiles(tmp_path / "profiles.db", busy_seconds=0.1)
    projection = ServingProjection(store)
    projection.apply(numbered([view(1, "secret-product")]), Position("1"))
    with closing(sqlite3.connect(tmp_path / "profiles.db")) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM profile").fetchone()
        projection.apply(numbered([Erased(**named(4, NOON + 1))], start=4), Position("4"))
        assert [path for path in tmp_path.iterdir() if b"secret" in path.read_bytes()]
    assert projection.position() == "4"
    assert [path for path in tmp_path.iterdir() if b"secret" in path.read_bytes()] == []
    store.close()


@settings(deadline=None, max_examples=40)
@given(histories(erasures=True), st.integers(0, 3), st.data())
def test_any_batches_give_the_fold_of_everything(
    events: list[CustomerEvent], max_held: int, data: st.DataObject
) -> None:
    rows = numbered([replace(event, customer=data.draw(st.sampled_from(CUSTOMERS))) for event in events])
    store = SqliteProfiles(Path(":memory:"))
    projection = ServingProjection(store, max_held)
    start = 0
    while start < len(rows):
        stop = data.draw(st.integers(start + 1, len(rows)))
        projection.apply(rows[start:stop], Position(str(stop)))
        start = stop
    for customer in CUSTOMERS:
        theirs = [row for row in rows if row.event.subject == customer]
        assert store.read(customer) == (fold(None, customer, theirs) if theirs else None)
    store.close()


def test_profiles_folded_with_another_table_are_told_of(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    store = SqliteProfiles(tmp_path / "profiles.db")
    before, after = (table_of(f"  views: {{kind: count, of: Viewed, windows: [{days}d]}}") for days in (7, 30))
    ServingProjection(store, table=before).apply(numbered([view(1)]), Position("1"))
    ServingProjection(store, table=before)
    assert store.read(ANN) == fold(None, ANN, numbered([view(1)]), before)
    assert not caplog.records
    ServingProjection(store, table=after)
    assert "folded with another feature table" in caplog.text
    assert store.features(after.fingerprint) == before.fingerprint
    store.close()
