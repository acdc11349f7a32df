"""memory_kept: freed memory stays with the process for a while instead of going back to the system at each step."""

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["memory_kept"]

TRIM_THRESHOLD, MMAP_THRESHOLD, MMAP_MAX = -1, -3, -4
"""Names of mallopt's settings in glibc's malloc.h."""

NEVER = 2**31 - 1
MAPPINGS, LEAST = 65536, 128 * 1024
"""What glibc starts with: that many mappings at most, each of an array of that size or more."""


@contextmanager
def memory_kept() -> Iterator[None]:
    """What is freed within is used again, and goes back to the system at the end.

    A step of training makes and frees arrays of tens of megabytes. The C library maps each of them anew, and the
    system clears every page of it: a third of a step. Where that library is not glibc nothing is changed.
    """
    library = ctypes.CDLL(None)
    set_to = getattr(library, "mallopt", None)
    trim = getattr(library, "malloc_trim", None)
    if set_to is None or trim is None:
        yield
        return
    set_to(MMAP_MAX, 0)
    set_to(TRIM_THRESHOLD, NEVER)
    try:
        yield
    finally:
        set_to(MMAP_MAX, MAPPINGS)
        set_to(MMAP_THRESHOLD, LEAST)
        set_to(TRIM_THRESHOLD, LEAST)
        trim(0)
