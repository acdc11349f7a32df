"""Rows of an order become one purchase, however they are strewn over files and batches."""

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.events.family import Purchased
from graph.instants import Instant
from graph.sources import Mapping, RefusedRow, parse_mapping, read_history

RECEIVED = Instant(1_780_000_000_000_000)
COLUMNS = "order: o, customer: c, time: t, product: p, quantity: q, value: v"


def shop(more: str = "") -> Mapping:
    return parse_mapping(
        "source: shop\ntimezone: UTC\ncurrency: EUR\n"
        f"tables: [{{file: '*.csv', record: purchases, columns: {{{COLUMNS}{more}}}}}]"
    )


def read(
    folder: Path, rows: list[str], more: str = "", header: str = "o,c,t,p,q,v", batch_rows: int = 1000
) -> tuple[list[Purchased], list[RefusedRow]]:
    (folder / "a.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    items = list(read_history(shop(more), folder, RECEIVED, batch_rows=batch_rows))
    return [one for one in items if isinstance(one, Purchased)], [one for one in items if isinstance(one, RefusedRow)]


def test_an_order_is_its_lines_in_the_order_of_the_rows(tmp_path: Path) -> None:
    orders, refused = read(tmp_path, ["7,anna,2026-01-01,B,2,5.00", "7,anna,2026-01-01,A,1,1.25"])
    assert not refused
    (order,) = orders
    assert (order.order, order.customer, order.currency, order.history) == ("7", "user:anna", "EUR", True)
    assert [(line.line, line.product, line.quantity, line.value) for line in order.lines] == [
        ("B#1", "B", 2.0, 500),
        ("A#1", "A", 1.0, 125),
    ]


def test_a_product_twice_in_an_order_is_two_lines(tmp_path: Path) -> None:
    (order,), _ = read(tmp_path, ["7,a,2026-01-01,B,1,1", "7,a,2026-01-01,A,1,1", "7,a,2026-01-01,B,1,1"])
    assert [line.line for line in order.lines] == ["B#1", "A#1", "B#2"]


def test_the_time_of_an_order_is_its_earliest_line_s(tmp_path: Path) -> None:
    (order,), _ = read(tmp_path, ["7,a,2026-01-01T00:00:05,B,1,1", "7,a,2026-01-01T00:00:03,A,1,1"])
    assert order.at == 1_767_225_603_000_000


def test_lines_of_another_customer_are_refused(tmp_path: Path) -> None:
    (order,), (refusal,) = read(tmp_path, ["7,a,2026-01-01,B,1,1", "7,b,2026-01-01,A,1,1"])
    assert [line.product for line in order.lines] == ["B"]
    assert str(refusal) == "a.csv row 2: customer: got 'b', expected one customer in all lines of an order"


def test_a_stated_line_stands_once_in_its_order(tmp_path: Path) -> None:
    rows = ["7,a,2026-01-01,B,1,1,1", "7,a,2026-01-01,B,1,1,1", "8,a,2026-01-01,B,1,1,1", "8,a,2026-01-01,B,1,1,"]
    orders, (refusal,) = read(tmp_path, rows, more=", line: l", header="o,c,t,p,q,v,l")
    assert [[line.line for line in order.lines] for order in orders] == [["1"], ["1", "B#2"]]
    assert (refusal.row, refusal.field) == (2, "line")


def test_the_rest_of_an_order_is_taken_when_its_last_row_is_refused(tmp_path: Path) -> None:
    orders, (refusal,) = read(tmp_path, ["7,a,2026-01-01,B,1,1", "8,a,2026-01-01,B,1,1", "7,a,2026-01-01,A,-1,1"])
    assert [order.order for order in orders] == ["8", "7"]
    assert (refusal.row, refusal.field, refusal.value) == (3, "quantity", "-1")


def test_an_order_with_more_lines_than_before_is_a_new_event_with_the_old_lines_in_it(tmp_path: Path) -> None:
    (short,), _ = read(tmp_path, ["7,a,2026-01-01,B,1,1"])
    (again,), _ = read(tmp_path, ["7,a,2026-01-01,B,1,1"])
    (longer,), _ = read(tmp_path, ["7,a,2026-01-01,B,1,1", "7,a,2026-01-01,A,1,1"])
    assert short.id == again.id != longer.id
    assert longer.lines[0] == short.lines[0]


def test_a_product_id_of_full_length_still_names_its_line(tmp_path: Path) -> None:
    (order,), _ = read(tmp_path, [f"7,a,2026-01-01,{'p' * 256},1,1"])
    assert len(order.lines[0].line) <= 256


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32), batch_rows=st.integers(1, 40))
def test_neither_the_order_of_rows_nor_the_size_of_batches_changes_what_was_bought(
    tmp_path_factory: pytest.TempPathFactory, seed: int, batch_rows: int
) -> None:
    rng = random.Random(seed)
    rows = [f"{order},c{order % 3},2026-01-01,p{line},1,{line}.50" for order in range(8) for line in range(order + 1)]
    shuffled = rng.sample(rows, len(rows))
    folder = tmp_path_factory.mktemp("orders")
    expected, _ = read(folder, rows)
    found, refused = read(folder, shuffled, batch_rows=batch_rows)
    assert not refused
    by_order = {order.order: sorted(order.lines, key=lambda line: line.line) for order in found}
    assert by_order == {order.order: sorted(order.lines, key=lambda line: line.line) for order in expected}
