"""Whatever a file holds, every row is taken or refused, and what is taken can be kept."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.events.family import Event, Purchased
from graph.instants import Instant
from graph.sources import RefusedRow, parse_mapping, read_history

RECEIVED = Instant(1_780_000_000_000_000)
MAPPING = parse_mapping("""
source: shop
timezone: Europe/Zurich
currency: EUR
tables:
  - file: orders.jsonl
    record: purchases
    columns: {order: o, customer: c, time: t, product: p, quantity: q, value: v, place: s, discounts: {card: d}}
  - file: acts.jsonl
    record: interactions
    columns: {kind: k, customer: c, anonymous: a, time: t, product: p, query: s, rating: q, quantity: q, value: v}
  - file: products.jsonl
    record: products
    columns:
      {product: p, name: "{s}, {o}", price: v, in_stock: k, regions: o, attributes: {size: {column: q, type: number}}}
  - file: people.jsonl
    record: customers
    columns: {customer: c, traits: {s: s, q: {column: q, type: number}, k: {column: k, type: flag}}}
""")
VALUES = st.one_of(
    st.sampled_from(
        ["a", "b", "7", "viewed", "searched", "rated", "2026-01-01", "2026-01-01T10:00+02:00", "1.5", "yes"]
    ),
    st.text(max_size=6),
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
    st.none(),
    st.lists(st.integers(), max_size=2),
)
ROWS = st.lists(st.dictionaries(st.sampled_from(list("octpqvsdka")), VALUES), max_size=12)


@settings(max_examples=40, deadline=None)
@given(rows=ROWS, batch_rows=st.integers(1, 13))
def test_every_row_is_taken_or_refused_and_what_is_taken_can_be_kept(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, object]], batch_rows: int
) -> None:
    folder = tmp_path_factory.mktemp("any")
    lines = b"".join(msgspec.json.encode(row) + b"\n" for row in rows)
    for table in MAPPING.tables:
        (folder / table.file).write_bytes(lines)
    items = list(read_history(MAPPING, folder, RECEIVED, batch_rows=batch_rows))
    for item in items:
        if isinstance(item, Event):
            assert msgspec.msgpack.decode(msgspec.msgpack.encode(item), type=type(item)) == item
    for table in MAPPING.tables:
        read = {str(key) for _, column, _ in table.columns.fields() for key in column.names()}
        filled = [row for row in rows if any(_said(row.get(key)) for key in read)]
        refused = sum(isinstance(item, RefusedRow) and item.file == table.file for item in items)
        if table.record == "purchases":
            taken = sum(len(item.lines) for item in items if isinstance(item, Purchased))
            assert taken + refused == len(filled)
        assert refused <= len(filled)


def _said(value: object) -> bool:
    return value is not None and not (isinstance(value, str) and not value.strip())
