"""memory_kept: what is computed within is the same, and an error passes through."""

import numpy as np
import pytest

from embeddings.settings_search.kept_memory import memory_kept


def test_arrays_within_are_as_ever_and_live_on() -> None:
    with memory_kept():
        made = [np.full(2**22, number, dtype=np.float32) for number in range(3)]
        del made[1]
        made.append(np.arange(2**22, dtype=np.float32))
    assert [array[-1] for array in made] == [0, 2, 2**22 - 1]


def test_an_error_within_comes_out() -> None:
    with pytest.raises(ZeroDivisionError), memory_kept():
        raise ZeroDivisionError
