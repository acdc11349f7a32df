"""Neighbours of several rows at once are those of each, one after the other."""

import numpy as np

from embeddings.snapshot.serving_snapshot import Adjacency

BESIDE = Adjacency(
    offsets=np.array([0, 3, 3, 5]),
    columns=np.array([7, 8, 9, 4, 5], dtype=np.int32),
    counts=np.ones(5, dtype=np.int32),
    strengths=np.array([3, 2, 1, 2, 1], dtype=np.float32),
)


def test_columns_of_rows() -> None:
    found = [columns.tolist() for columns in BESIDE.columns_of(np.array([2, 1, 0]))]
    assert found == [[4, 5], [], [7, 8, 9]]
    assert BESIDE.columns_of(np.array([], dtype=np.int64)) == []


def test_entries_of_rows_are_the_first_of_each() -> None:
    places, lengths = BESIDE.entries_of(np.array([0, 1, 2, 0]), 2)
    assert BESIDE.columns[places].tolist() == [7, 8, 4, 5, 7, 8] and lengths.tolist() == [2, 0, 2, 2]
    places, lengths = BESIDE.entries_of(np.array([], dtype=np.int64), 2)
    assert not len(places) and not len(lengths)
