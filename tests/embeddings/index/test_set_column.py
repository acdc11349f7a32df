"""SetColumn: the rows that hold a code, whatever they held before."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embeddings.index.set_column import SetColumn, Sets
from graph import InvalidValue

CODES = st.lists(st.integers(0, 12), max_size=4)  # a code named twice counts once
ASKED = st.lists(st.integers(-1, 14), max_size=3)


@settings(max_examples=40, deadline=None)
@given(
    first=st.lists(CODES, max_size=20),
    changes=st.lists(st.lists(st.tuples(st.integers(0, 40), CODES), max_size=30), max_size=3),
    asked=ASKED,
)
def test_a_row_holds_what_was_put_last(
    first: list[list[int]], changes: list[list[tuple[int, list[int]]]], asked: list[int]
) -> None:
    column, held = SetColumn(Sets.of(first)), [set(codes) for codes in first]
    for change in changes:
        added: dict[int, list[int]] = {row: [] for row in range(len(held), max(dict(change), default=-1) + 1)}
        put = added | dict(change)
        held += [set() for _ in range(max(put, default=-1) + 1 - len(held))]
        for row, codes in put.items():
            held[row] = set(codes)
        column.put(np.array(list(put), dtype=np.int64), Sets.of(list(put.values())))
    expected = [row for row, codes in enumerate(held) if codes & set(asked)]
    assert np.flatnonzero(column.mask(asked)).tolist() == expected
    assert len(column.mask(asked)) == len(held)
    rows = np.array([row for row in (7, 0, 3, 0) if row < len(held)], dtype=np.int64)
    assert column.holds(asked, rows).tolist() == [row in expected for row in rows.tolist()]
    assert column.count(asked) >= len(expected)
    for code in asked:
        assert column.count([code]) == sum(code in codes for codes in held)


def test_many_rows_lose_what_they_held() -> None:
    size = 10_000  # more than are cleared at a time
    column = SetColumn(Sets.of([[number % 3] for number in range(size)]))
    assert [column.count([code]) for code in range(3)] == [3334, 3333, 3333]
    column.put(np.arange(0, size, 2), Sets.of([[2]] * (size // 2)))
    assert [column.count([code]) for code in range(3)] == [1667, 1667, 6666]
    assert np.flatnonzero(column.mask([0])).tolist() == [row for row in range(1, size, 2) if row % 3 == 0]


def test_a_code_below_nothing_is_refused() -> None:
    with pytest.raises(InvalidValue, match="codes: got -2, expected codes of 0 or more"):
        Sets.of([[1], [-2]])
