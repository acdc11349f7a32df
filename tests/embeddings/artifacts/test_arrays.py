"""Ids as arrays."""

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given
from hypothesis import strategies as st

from embeddings.artifacts.arrays import read_ids, write_ids


@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=8)))
def test_ids_come_back_whatever_they_are_made_of(ids: list[str]) -> None:
    with TemporaryDirectory() as folder:
        write_ids(Path(folder), "ids", ids)
        assert read_ids(Path(folder), "ids") == ids
