"""memory_kept: what is computed within is the same, and an error passes through."""

import resource
import sys

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


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="it is the C library of Linux that is told")
def test_what_is_freed_is_not_cleared_by_the_system_again() -> None:
    def faults() -> int:
        """Pages that the system gave and cleared while arrays of 16 MB were made and freed."""
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        for number in range(20):
            np.full(2**22, number, dtype=np.float32)
        return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

    outside = faults()
    with memory_kept():
        faults()
        within = faults()
    assert within < outside / 4
