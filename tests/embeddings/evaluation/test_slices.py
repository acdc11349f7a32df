"""A shop whose regulars and strangers, old and new, loved and lonely products are told apart by hand."""

import numpy as np
import pytest

from embeddings.evaluation.slices import Slice, Trait, measured, slices
from embeddings.evaluation.split import HeldOut, Split, Task, time_split
from graph import DAY, Instant
from tests.embeddings.purchase_table import purchase_table

CUT = 200
NUM_CUSTOMERS, NUM_PRODUCTS = 8, 6


def shop() -> Split:
    """Customer c bought p0 on c + 1 days; c 0 alone bought p1 100 days before the cut and p2 10 days before it; after
    the cut everybody buys p0, customers 0 and 1 p1 and p2, and customer 7 p5, which nobody had bought."""
    rows = [(c, 0, 1 + day) for c in range(NUM_CUSTOMERS) for day in range(c + 1)]
    rows += [(0, 1, CUT - 100), (0, 2, CUT - 10)]
    rows += [(c, 0, CUT + 5) for c in range(NUM_CUSTOMERS)]
    rows += [(c, product, CUT + 6) for c in (0, 1) for product in (1, 2)] + [(7, 5, CUT + 7)]
    return time_split(purchase_table(rows, NUM_CUSTOMERS, NUM_PRODUCTS), Instant(CUT * DAY))


@pytest.fixture(scope="module")
def held_out() -> HeldOut:
    return shop().held_out(Task.ALL)


@pytest.fixture(scope="module")
def parts(held_out: HeldOut) -> list[Slice]:
    return slices(shop().matrix(), held_out)


def of(parts: list[Slice], trait: Trait) -> dict[str, tuple[int, int]]:
    """label -> (customers, pairs)"""
    return {part.label: (len(part.rows), part.relevant.nnz) for part in parts if part.trait is trait}


def test_customers_part_into_quarters_by_the_days_they_bought_on(parts: list[Slice]) -> None:
    assert of(parts, Trait.ACTIVITY) == {
        "0–3 days": (3, 7),
        "4 days": (1, 1),
        "5–6 days": (2, 2),
        "7 days or more": (2, 3),
    }


def test_products_part_by_the_days_since_they_were_first_sold(parts: list[Slice]) -> None:
    assert of(parts, Trait.AGE) == {
        "not sold before": (1, 1),
        "0–30 days": (2, 2),
        "91–180 days": (2, 2),
        "181 days or more": (8, 8),
    }


def test_products_part_by_their_buyers(parts: list[Slice]) -> None:
    assert of(parts, Trait.POPULARITY) == {"no buyer before": (1, 1), "0–8 buyers": (8, 12)}


def test_every_pair_is_in_one_slice_of_each_trait(parts: list[Slice], held_out: HeldOut) -> None:
    for trait in Trait:
        assert sum(pairs for _, pairs in of(parts, trait).values()) == held_out.pairs


def test_a_slice_measures_whole_lists_on_what_is_wanted_of_it(parts: list[Slice]) -> None:
    """Everybody is shown p0, then p1: all of the oldest product is found, of the newest nothing."""
    lists = np.tile(np.array([0, 1], dtype=np.int32), (NUM_CUSTOMERS, 1))
    rows = {row.label: row for row in (measured(2, lists, part, seed=0) for part in parts)}
    assert rows["181 days or more"].recall == rows["181 days or more"].ndcg == (1.0, 1.0, 1.0)
    assert rows["91–180 days"].recall.mean == 1.0
    assert rows["91–180 days"].ndcg.mean == pytest.approx(1 / np.log2(3))
    assert rows["0–30 days"].recall == (0.0, 0.0, 0.0)
    assert (rows["0–30 days"].customers, rows["0–30 days"].pairs, rows["0–30 days"].few) == (2, 2, True)
