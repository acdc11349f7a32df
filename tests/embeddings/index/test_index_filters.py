"""Attributes, their selections, and searches under conditions."""

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from embeddings.index import (
    Attributes,
    Between,
    Condition,
    ExactIndex,
    FilteredSearch,
    GrowingIndex,
    Holds,
    IvfIndex,
    Listed,
    NoneOf,
    OneOf,
    Selection,
    Sets,
)
from graph import InvalidValue

TOTAL = 1000


@cache
def columns() -> dict[str, NDArray[np.int64]]:
    rng = np.random.default_rng(2)
    return {
        "category": rng.integers(0, 100, TOTAL),
        "price": rng.integers(0, 1000, TOTAL),
        "in_stock": rng.integers(0, 2, TOTAL),
    }


@cache
def regions() -> list[set[int]]:
    """Of four regions, none to three each; the last one has two rows in a thousand."""
    rng = np.random.default_rng(3)
    return [{code for code, share in enumerate((0.5, 0.3, 0.05, 0.002)) if rng.random() < share} for _ in range(TOTAL)]


def attributes_of(held: dict[str, NDArray[np.int64]]) -> Attributes:
    return Attributes({**held, "regions": Sets.of(regions())})


@cache
def vectors() -> NDArray[np.float32]:
    return np.random.default_rng(4).normal(size=(TOTAL, 8)).astype(np.float32)


def rows_of(selection: Selection) -> list[int]:
    assert (selection.rows is None) != (selection.mask is None)
    rows = np.flatnonzero(selection.mask) if selection.rows is None else selection.rows  # type: ignore[arg-type]
    assert len(rows) == selection.count
    return [int(row) for row in rows]


def meets(condition: Condition, held: dict[str, NDArray[np.int64]], row: int) -> bool:
    match condition:
        case OneOf(column, codes):
            return int(held[column][row]) in codes
        case NoneOf(column, codes):
            return int(held[column][row]) not in codes
        case Between(column, least, most):
            return least <= int(held[column][row]) <= most
        case Holds(_, codes):
            return bool(regions()[row] & set(codes))
        case Listed(rows):
            return row in rows.tolist()


codes = st.lists(st.integers(-1, 101), max_size=4).map(tuple)
prices = st.integers(-5, 1100)
conditions = st.one_of(
    st.builds(OneOf, st.just("category"), codes),
    st.builds(OneOf, st.just("in_stock"), st.sampled_from([(0,), (1,), (0, 1)])),
    st.builds(NoneOf, st.just("category"), codes),
    st.builds(Between, st.just("price"), prices, prices),
    st.builds(Holds, st.just("regions"), st.lists(st.integers(-1, 5), max_size=3).map(tuple)),
    st.builds(Listed, st.lists(st.integers(0, TOTAL - 1), max_size=6).map(lambda rows: np.array(rows, dtype=np.int64))),
)
changes = st.lists(
    st.tuples(st.sampled_from(["category", "price"]), st.integers(0, 50), st.integers(0, 300)), max_size=4
)


@settings(max_examples=15, deadline=None)
@given(st.lists(conditions, max_size=3), changes)
def test_a_selection_is_what_meets_every_condition(asked: list[Condition], changed: list[tuple[str, int, int]]) -> None:
    held = {name: column.copy() for name, column in columns().items()}
    attributes = attributes_of(held)
    for name, row, value in changed:
        held[name][row] = value
        attributes.put(np.array([row]), {name: np.array([value])})
    expected = [row for row in range(TOTAL) if all(meets(condition, held, row) for condition in asked)]
    assert rows_of(attributes.select(asked)) == expected


def test_few_rows_come_as_a_list_and_many_as_a_mask() -> None:
    attributes = Attributes(columns())
    assert attributes.select([OneOf("category", (3,)), Between("price", 0, 500)]).rows is not None
    assert attributes.select([Between("price", 0, 500)]).mask is not None


def test_a_column_changed_often_is_still_selected_by_what_it_holds() -> None:
    attributes = Attributes(columns())
    for row in range(300):
        attributes.put(np.array([row]), {"category": np.array([777])})
    assert rows_of(attributes.select([OneOf("category", (777,))])) == list(range(300))


def test_new_rows_are_selected_with_the_old() -> None:
    attributes = Attributes({"price": np.array([5, 7])})
    attributes.put(np.array([1, 2]), {"price": np.array([8, 7])})
    assert len(attributes) == 3
    assert rows_of(attributes.select([OneOf("price", (7,))])) == [2]
    with pytest.raises(InvalidValue, match=r"columns: got \['cost'\], expected values of each of \['price'\]"):
        attributes.put(np.array([3]), {"cost": np.array([1])})
    with pytest.raises(InvalidValue, match=r"rows: got \[4\], expected every row from 3 to 4"):
        attributes.put(np.array([4]), {"price": np.array([1])})


def test_rows_change_their_regions_and_new_ones_have_some() -> None:
    attributes = Attributes({"price": np.array([5, 7]), "regions": Sets.of([[0], [0, 1]])})
    attributes.put(np.array([1, 2]), {"price": np.array([7, 9]), "regions": Sets.of([[2], [1]])})
    assert [rows_of(attributes.select([Holds("regions", (code,))])) for code in range(4)] == [[0], [2], [1], []]
    assert rows_of(attributes.select([Holds("regions", (1, 2)), Between("price", 8, 10)])) == [2]


def test_many_new_rows_are_as_if_they_had_been_there_from_the_start() -> None:
    part = {name: column[:100] for name, column in columns().items()}
    grown, whole = Attributes(part), Attributes(columns())
    for start in range(100, TOTAL, 90):
        rows = np.arange(start, start + 90)
        grown.put(rows, {name: column[rows] * (1000 if name == "price" else 1) for name, column in columns().items()})
    grown.put(np.arange(100, TOTAL), {"price": columns()["price"][100:]})
    different: list[list[Condition]] = [
        [OneOf("category", (3, 9))],
        [Between("price", 3, 40), OneOf("in_stock", (1,))],
        [Between("price", 0, 900)],
    ]
    for asked in different:
        assert rows_of(grown.select(asked)) == rows_of(whole.select(asked))


def test_what_is_not_there_is_refused_by_name() -> None:
    attributes = attributes_of(columns())
    with pytest.raises(InvalidValue, match="column: got 'colour', expected one of"):
        attributes.select([OneOf("colour", (1,))])
    with pytest.raises(InvalidValue, match=r"column: got 'price', expected one of \['regions'\]"):
        attributes.select([Holds("price", (1,))])
    with pytest.raises(InvalidValue, match=r"columns: got \['price'\], expected values of each of .*'regions'"):
        attributes.put(np.array([TOTAL]), {"price": np.array([1])})
    with pytest.raises(InvalidValue, match=r"rows: got \(0, 1000\), expected rows from 0 to 999"):
        attributes.select([Listed(np.array([0, 1000]))])
    with pytest.raises(InvalidValue, match=r"columns: .*expected columns of one length"):
        Attributes({"price": np.zeros(3, np.int64), "category": np.zeros(4, np.int64)})
    with pytest.raises(InvalidValue, match="attributes: got 1000, expected attributes of 3 rows"):
        FilteredSearch(GrowingIndex(ExactIndex(vectors()[:3]), vectors()[:3]), attributes)


@pytest.mark.parametrize("few", [0, 1 << 18], ids=["by the index", "by looking at all"])
@pytest.mark.parametrize(
    "asked",
    [
        (),
        (OneOf("in_stock", (1,)),),
        (OneOf("category", (3, 4, 5)), Holds("regions", (1,))),
        (Between("price", 0, 4),),
        (Holds("regions", (0, 2)),),
        (Holds("regions", (3,)), OneOf("in_stock", (0, 1))),
        (OneOf("category", (-1,)),),
    ],
    ids=["all", "half", "1%", "fewer than k", "either region", "a rare region", "none"],
)
def test_a_search_finds_the_best_that_conditions_allow(
    asked: tuple[Condition, ...], few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("embeddings.index.filtered.FEW_NUMBERS", few)
    search = FilteredSearch(GrowingIndex(ExactIndex(vectors()), vectors()), attributes_of(columns()))
    query = np.ones(8, dtype=np.float32)
    allowed = [row for row in range(TOTAL) if all(meets(condition, columns(), row) for condition in asked)]
    expected = sorted(allowed, key=lambda row: (-float(vectors()[row] @ query), row))[:100]
    assert search.search(query, 100, asked).rows.tolist() == expected


def test_an_index_that_opens_too_few_cells_still_fills_the_list(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("filtered", "ivf"):
        monkeypatch.setattr(f"embeddings.index.{module}.FEW_NUMBERS", 0)
    index = IvfIndex.build(vectors())
    index.effort = 0.0
    search = FilteredSearch(GrowingIndex(index, vectors()), Attributes(columns()))
    assert len(search.search(np.ones(8, dtype=np.float32), 100, [Between("price", 0, 299)]).rows) == 100
